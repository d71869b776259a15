import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, said } from '../measured.ts';
import type { MoverCommands } from '../mover.ts';
import type { Repository, Tool } from './tool.ts';

const CLI = join(import.meta.dirname, '../../cli/holdfast.ts');
const MOVER = join(import.meta.dirname, '../mover.ts');
/** As in every installation: types are not compiled at each start. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-bench-code') };

const mover = <Name extends keyof MoverCommands>(name: Name, input: MoverCommands[Name]): Command => ({
  argv: [process.execPath, MOVER, name, JSON.stringify(input)],
  env,
});

/**
 * The product's own command, as its users call it. Only what has no command is done by the mover without one: to make an
 * empty library, and a backup of blocks that are known to have changed, which EBS names to an access node.
 */
export const holdfastTool = (name: string, level: 'fast' | 'default'): Tool => ({
  name,
  async open(folder): Promise<Repository> {
    const recoveryKey = await said(mover('create', { folder }));
    const library = (verb: string, ...args: readonly string[]): Command => ({
      argv: [process.execPath, CLI, 'library', verb, ...args],
      env: { ...env, HOLDFAST_LIBRARY: folder, HOLDFAST_RECOVERY_KEY: recoveryKey },
    });
    const newest = async (): Promise<string> => {
      const { points } = JSON.parse(await said(library('points', '--json')));
      return points[0].recoveryPointId;
    };
    const take = (image: string, ...args: readonly string[]): Command =>
      library('import', image, '--level', level, ...args);
    return {
      folder,
      first: async ({ v1 }) => take(v1),
      second: async ({ v2 }) => take(v2, '--parent', await newest()),
      secondByChanges: async ({ v2, changed }) =>
        mover('import', { folder, recoveryKey, image: v2, parent: await newest(), changed, level }),
      restore: async (target) => {
        const file = join(target, 'disk.img');
        return { command: library('cat', await newest(), '--output', file), file };
      },
      restoreToNull: async () => library('cat', await newest()),
    };
  },
});
