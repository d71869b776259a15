import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { said } from '../measured.ts';
import type { Repository, Tool } from './tool.ts';

/** Fixed chunks of 4 MiB, as its manual advises for disk images; zstd 3, encrypted. */
export const borgTool: Tool = {
  name: 'borg',
  async open(folder): Promise<Repository> {
    const work = `${folder}.work`;
    mkdirSync(work, { recursive: true });
    const env = { BORG_PASSPHRASE: 'bench', BORG_REPO: folder, BORG_BASE_DIR: join(work, 'base') };
    const borg = (cwd: string, ...args: string[]) => ({ argv: ['borg', ...args], env, cwd });
    await said(borg(work, 'init', '-e', 'repokey-blake2'));
    const backup = async (image: string, name: string) => {
      rmSync(join(work, 'disk.img'), { force: true });
      linkSync(image, join(work, 'disk.img'));
      return borg(work, 'create', '--chunker-params', 'fixed,4194304', '-C', 'zstd,3', `::${name}`, 'disk.img');
    };
    return {
      folder,
      first: ({ v1 }) => backup(v1, 'first'),
      second: ({ v2 }) => backup(v2, 'second'),
      restore: async (target) => ({
        command: borg(target, 'extract', '--sparse', '::second'),
        file: join(target, 'disk.img'),
      }),
      restoreToNull: async () => borg(work, 'extract', '--stdout', '::second'),
    };
  },
};
