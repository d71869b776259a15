/** The movers alone: first and second backup of an image into a repository on disk, and back. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FAST, LIMIT, LIMIT_FAST, OURS } from '../goals.ts';
import { type Command, measured, said } from '../measured.ts';
import type { Measurements } from '../statistics.ts';
import { borgTool } from '../tools/borg.ts';
import { cPipelineTool } from '../tools/c-pipeline.ts';
import { holdfastTool } from '../tools/holdfast.ts';
import { kopiaTool } from '../tools/kopia.ts';
import { resticTool } from '../tools/restic.ts';
import { type Images, type Repository, storedBytes, type Tool } from '../tools/tool.ts';

export interface MoverPart {
  readonly images: Images;
  readonly folder: string;
  readonly rounds: number;
  /** The peers that are there, and where. */
  readonly peers: ReadonlyMap<string, string>;
  readonly measurements: Measurements;
  readonly tell: (line: string) => void;
}

const toolsOf = (peers: MoverPart['peers']): readonly Tool[] => {
  const of = (peer: string, tools: (program: string) => readonly Tool[]): readonly Tool[] => {
    const program = peers.get(peer);
    return program === undefined ? [] : tools(program);
  };
  return [
    holdfastTool(OURS, 'default'),
    ...of('C pipeline', (program) => [cPipelineTool(program, LIMIT, 'default')]),
    ...of('restic', () => [resticTool]),
    ...of('borg', () => [borgTool]),
    ...of('kopia', (program) => [kopiaTool(program)]),
    holdfastTool(FAST, 'fast'),
    ...of('C pipeline', (program) => [cPipelineTool(program, LIMIT_FAST, 'fast')]),
  ];
};

/** Each round takes another tool first: what comes first finds another machine. */
const inTurn = <T>(items: readonly T[], round: number): T[] => [
  ...items.slice(round % items.length),
  ...items.slice(0, round % items.length),
];

export const measureMovers = async (part: MoverPart): Promise<undefined> => {
  const { folder, rounds, peers, tell } = part;
  const tools = toolsOf(peers);
  await warmUp(part);
  for (let round = 0; round < rounds; round++) {
    for (const tool of inTurn(tools, round)) {
      const place = join(folder, `${tool.name.replaceAll(/\W+/g, '-')}-${round}`);
      tell(`round ${round + 1} of ${rounds}: ${tool.name}`);
      await measureTool(tool, await tool.open(join(place, 'repository')), place, part);
      rmSync(place, { recursive: true, force: true });
    }
  }
};

/** Code is compiled once in an installation's life, files are in memory: neither is to count for whoever comes first. */
const warmUp = async ({ folder, images }: MoverPart): Promise<void> => {
  const place = join(folder, 'warm');
  const repository = await holdfastTool(OURS, 'fast').open(place);
  const small = { ...images, v1: images.changed };
  await measured(await repository.first(small));
  rmSync(place, { recursive: true, force: true });
};

const measureTool = async (
  { name }: Tool,
  repository: Repository,
  place: string,
  { images, measurements }: MoverPart,
): Promise<void> => {
  const { folder } = repository;
  const add = async (work: string, command: Command, stored = false): Promise<void> => {
    const cost = await measured(command);
    measurements.add(name, work, { ...cost, ...(stored && { storedBytes: storedBytes(folder) }) });
  };
  await add('first', await repository.first(images), true);
  if (repository.secondByChanges) {
    // objects are written once: links are a copy
    const before = join(place, 'before');
    execFileSync('cp', ['-al', folder, before]);
    await add('second, changed blocks only', await repository.secondByChanges(images), true);
    if (repository.restore) await checkRestore(repository.restore, place, images.v2, name, said);
    rmSync(folder, { recursive: true });
    execFileSync('mv', [before, folder]);
  }
  if (!repository.second) return;
  await add('second', await repository.second(images), true);
  if (repository.restore)
    await checkRestore(repository.restore, place, images.v2, name, (command) => add('restore to a file', command));
  if (repository.restoreToNull) await add('restore to null', await repository.restoreToNull());
};

const checkRestore = async (
  restore: NonNullable<Repository['restore']>,
  place: string,
  image: string,
  name: string,
  run: (command: Command) => Promise<unknown>,
): Promise<void> => {
  const target = join(place, 'restored');
  mkdirSync(target, { recursive: true });
  const { command, file } = await restore(target);
  await run(command);
  compare(name, image, file);
  rmSync(target, { recursive: true });
};

/** A figure of a backup that restores something else is none. */
const compare = (name: string, image: string, restored: string): void => {
  if (!existsSync(restored)) throw new Error(`${name} restored no ${restored}`);
  execFileSync('cmp', [image, restored]);
};
