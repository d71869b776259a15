import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, said } from '../measured.ts';
import type { MoverCommands } from '../mover.ts';
import type { Repository, Tool } from './tool.ts';

const MOVER = join(import.meta.dirname, '../mover.ts');
/** As in every installation: types are not compiled at each start. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-bench-code') };

const mover = <Name extends keyof MoverCommands>(name: Name, input: MoverCommands[Name]): Command => ({
  argv: [process.execPath, MOVER, name, JSON.stringify(input)],
  env,
});

export const holdfastTool = (name: string, level: 'fast' | 'default'): Tool => ({
  name,
  async open(folder): Promise<Repository> {
    const recoveryKey = await said(mover('create', { folder }));
    const at = { folder, recoveryKey };
    const parent = 'rp-1';
    return {
      folder,
      first: async ({ v1 }) => mover('import', { ...at, image: v1, point: parent, level }),
      second: async ({ v2 }) => mover('import', { ...at, image: v2, point: 'rp-2', parent, level }),
      secondByChanges: async ({ v2, changed }) =>
        mover('import', { ...at, image: v2, point: 'rp-3', parent, changed, level }),
      restore: async (target) => ({
        command: mover('restore', { ...at, point: 'rp-2', target: join(target, 'disk.img') }),
        file: join(target, 'disk.img'),
      }),
      restoreToNull: async () => mover('restore', { ...at, point: 'rp-2' }),
    };
  },
});
