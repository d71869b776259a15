/** The movers alone: first and second backup of an image into a repository on disk, and back. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FAST, OURS } from '../goals.ts';
import { measured } from '../measured.ts';
import type { Measurements } from '../statistics.ts';
import { borgTool } from '../tools/borg.ts';
import { holdfastTool } from '../tools/holdfast.ts';
import { resticTool } from '../tools/restic.ts';
import { type Images, type Repository, storedBytes, type Tool } from '../tools/tool.ts';

export interface MoverPart {
  readonly images: Images;
  readonly folder: string;
  readonly rounds: number;
  /** Names of the peers that are there. */
  readonly peers: ReadonlySet<string>;
  readonly measurements: Measurements;
  readonly tell: (line: string) => void;
}

const TOOLS: readonly Tool[] = [holdfastTool(OURS, 'default'), resticTool, borgTool, holdfastTool(FAST, 'fast')];

/** Each round takes another tool first: what comes first finds another machine. */
const inTurn = <T>(items: readonly T[], round: number): T[] => [
  ...items.slice(round % items.length),
  ...items.slice(0, round % items.length),
];

export const measureMovers = async (part: MoverPart): Promise<void> => {
  const { folder, rounds, peers, tell } = part;
  const tools = TOOLS.filter(({ name }) => name.startsWith(OURS) || peers.has(name));
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
  const add = async (work: string, command: Parameters<typeof measured>[0], stored = false): Promise<void> => {
    const cost = await measured(command);
    measurements.add(name, work, { ...cost, ...(stored && { storedBytes: storedBytes(folder) }) });
  };
  await add('first', await repository.first(images), true);
  if (repository.secondByChanges) {
    // objects are written once: links are a copy
    const before = join(place, 'before');
    execFileSync('cp', ['-al', folder, before]);
    await add('second, changed blocks only', await repository.secondByChanges(images), true);
    rmSync(folder, { recursive: true });
    execFileSync('mv', [before, folder]);
  }
  await add('second', await repository.second(images), true);
  const target = join(place, 'restored');
  mkdirSync(target, { recursive: true });
  const { command, file } = await repository.restore(target);
  await add('restore to a file', command);
  compare(name, images.v2, file);
  rmSync(target, { recursive: true });
  await add('restore to null', await repository.restoreToNull());
};

/** A figure of a restore that restores something else is none. */
const compare = (name: string, image: string, restored: string): void => {
  if (!existsSync(restored)) throw new Error(`${name} restored no ${restored}`);
  execFileSync('cmp', [image, restored]);
};
