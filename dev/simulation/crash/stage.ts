import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TablesInMemory } from '../../../local/dynamodb/service.ts';
import type { Chaos } from '../call.ts';
import type { SimInstance } from '../instances.ts';
import { contents } from '../outcomes.ts';
import { type Run, runScenario } from '../run.ts';
import type { World } from '../world.ts';

/** What a crash scenario finds when it begins. */
export interface Facts {
  /** The first tenant's, with two volumes: everything is done with it. */
  readonly instance: SimInstance;
  /** The second tenant's: nothing may happen to it. */
  readonly other: SimInstance;
  /** Of both instances when the recovery point was made (or they were launched), volume by volume. */
  readonly data: ReadonlyMap<string, string>;
  readonly pointId?: string;
  readonly jobId?: string;
  readonly planId?: string;
}

/** A world in which something has happened already; every case begins with a copy of it. */
export interface Stage {
  readonly world: World;
  readonly facts: Facts;
  readonly belongings: ReadonlyMap<string, string>;
  remove(): void;
}

export interface StageMaking {
  readonly make: (run: Run) => Promise<Facts>;
  /** What fails while it is made: a stage may be one in which something was left undone. */
  readonly chaos?: Chaos;
}

/** Makes a stage on the world. Throws what its making throws. */
export const makeStage = async (world: World, { make, chaos }: StageMaking): Promise<Stage> => {
  let facts: Facts | undefined;
  let belongings: ReadonlyMap<string, string> = new Map();
  let kept: { readonly dataDir: string; readonly tables: TablesInMemory; readonly now: number } | undefined;
  const { failure } = await runScenario(
    world,
    async (run) => {
      facts = await make(run);
      belongings = new Map(run.belongings);
    },
    {
      seed: 'stage',
      ...(chaos ? { chaos: () => chaos } : {}),
      onKept: (dataDir, tables, now) => {
        kept = { dataDir, tables, now };
      },
    },
  );
  if (failure) throw failure;
  if (!kept || !facts) throw new Error('a stage was not kept');
  const { dataDir, tables, now } = kept;
  const folder = `${dataDir}-copies`;
  mkdirSync(folder);
  let copies = 0;
  const staged: World = {
    ...world,
    now,
    copy() {
      const copy = join(folder, `case-${copies++}`);
      // volumes are sparse files of a GiB: Node's own copy writes all their zeros, 5 s each time
      execFileSync('cp', ['-R', dataDir, copy]);
      return { dataDir: copy, tables: new Map(tables) };
    },
  };
  const remove = (): void => {
    for (const each of [dataDir, folder]) rmSync(each, { recursive: true, force: true });
  };
  return { world: staged, facts, belongings, remove };
};

/** Of both instances, as they are now. */
export const contentsOf = (run: Run, ...instances: readonly SimInstance[]): ReadonlyMap<string, string> =>
  new Map(instances.flatMap((instance) => [...contents(run, instance)]));

/** Of the first tenant's alone, when the recovery point was made. */
export const ofInstance = ({ instance, data }: Facts): ReadonlyMap<string, string> =>
  new Map(instance.volumes.map(({ volumeId }) => [volumeId, data.get(volumeId) as string]));
