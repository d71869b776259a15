import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../measured.ts';
import type { Repository, Tool } from './tool.ts';

/** With its defaults: content-defined chunks, zstd where it helps, encrypted. */
export const resticTool: Tool = {
  name: 'restic',
  async open(folder): Promise<Repository> {
    const work = `${folder}.work`;
    mkdirSync(work, { recursive: true });
    const env = { RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: folder, RESTIC_CACHE_DIR: join(work, 'cache') };
    const restic = (...args: string[]) => ({ argv: ['restic', '-q', ...args], env, cwd: work });
    await said(restic('init'));
    // one name for both images, as a disk has one; another inode, so that it is read again
    const backup = async (image: string) => {
      rmSync(join(work, 'disk.img'), { force: true });
      linkSync(image, join(work, 'disk.img'));
      return restic('backup', 'disk.img');
    };
    return {
      folder,
      first: ({ v1 }) => backup(v1),
      second: ({ v2 }) => backup(v2),
      restore: async (target) => ({
        command: restic('restore', 'latest', '--target', target),
        file: join(target, 'disk.img'),
      }),
      restoreToNull: async () => restic('dump', 'latest', 'disk.img'),
    };
  },
};
