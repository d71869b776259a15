import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, said } from '../measured.ts';
import type { Repository, Tool } from './tool.ts';

/** Its default splitter and encryption; `zstd`, which it leaves to its user to choose; no maintenance in between. */
export const kopiaTool = (program: string): Tool => ({
  name: 'kopia',
  async open(folder): Promise<Repository> {
    const work = `${folder}.work`;
    // a folder is what it takes snapshots of
    const source = join(work, 'source');
    mkdirSync(source, { recursive: true });
    const env = {
      KOPIA_PASSWORD: 'bench',
      KOPIA_CONFIG_PATH: join(work, 'config'),
      KOPIA_CACHE_DIRECTORY: join(work, 'cache'),
      KOPIA_LOG_DIR: join(work, 'logs'),
      KOPIA_CHECK_FOR_UPDATES: 'false',
    };
    const kopia = (...args: string[]): Command => ({ argv: [program, ...args, '--no-progress'], env, cwd: work });
    await said(kopia('repository', 'create', 'filesystem', '--path', folder));
    await said(kopia('policy', 'set', '--global', '--compression', 'zstd'));
    await said(kopia('maintenance', 'set', '--enable-quick', 'false', '--enable-full', 'false'));
    // one name for both images, as a disk has one; all of it is read again, whatever its time says
    const backup = async (image: string): Promise<Command> => {
      rmSync(join(source, 'disk.img'), { force: true });
      linkSync(image, join(source, 'disk.img'));
      return kopia('snapshot', 'create', source, '--force-hash', '100');
    };
    return {
      folder,
      first: ({ v1 }) => backup(v1),
      second: ({ v2 }) => backup(v2),
      // of a path: its latest snapshot
      restore: async (target) => ({
        command: kopia('restore', source, target, '--write-sparse-files'),
        file: join(target, 'disk.img'),
      }),
      restoreToNull: async () => {
        const snapshots = JSON.parse(await said(kopia('snapshot', 'list', source, '--json'))) as readonly {
          readonly rootEntry: { readonly obj: string };
        }[];
        return kopia('show', `${snapshots.at(-1)?.rootEntry.obj}/disk.img`);
      },
    };
  },
});
