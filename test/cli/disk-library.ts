import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import type { ObjectStore } from '../../core/ports/object-store.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { createTenantKeys } from '../../library/tenant-keys.ts';
import { createLocalKeyWrapper } from '../library/local-key-wrapper.ts';
import { type CliResult, runCli } from './run-cli.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/holdfast.ts', import.meta.url));

export type DiskLibrary = Awaited<ReturnType<typeof createDiskLibrary>>;

/** A library in a folder of its own, an image beside it, and the command on it, by the recovery key. */
export const createDiskLibrary = async (content: Buffer) => {
  const recovery = createRecoveryKeyPair(randomBytes);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  const library = join(folder, 'library');
  const image = join(folder, 'disk.img');
  writeFileSync(image, content);
  const store: ObjectStore = createDiskStore({ folder: library, sync: false });
  const keys = await createTenantKeys({
    ...{ store, wrapper: createLocalKeyWrapper('test'), recoveryPublicKey: recovery.publicKey },
    ...{ tenant: 'hv-00000001', library: 'lib-1', random: randomBytes },
  });
  const env = { HOLDFAST_LIBRARY: library, HOLDFAST_RECOVERY_KEY: recovery.privateKey };
  const holdfast = (...args: readonly string[]): Promise<CliResult> => runCli(['library', ...args], { env });
  return {
    ...{ folder, library, image, store, keys, holdfast },
    importIt: async (...more: string[]): Promise<Record<string, unknown> & { recoveryPointId: string }> => {
      const { code, out, err } = await holdfast('import', image, '--json', ...more);
      if (code !== 0) throw new Error(err);
      return JSON.parse(out);
    },
    /** In a shell, which opens the files; `holdfast` is a word in it. Answers its exit code and what came to stderr. */
    shell: (script: string): Promise<{ code: number | null; err: string }> =>
      new Promise((resolve, reject) => {
        const command = `holdfast() { '${process.execPath}' '${PROGRAM}' "$@"; }\ncd '${folder}'\n${script}`;
        const child = spawn('/bin/sh', ['-c', command], {
          env: { ...process.env, ...env },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let err = '';
        child.stderr.on('data', (chunk) => {
          err += chunk;
        });
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, err }));
      }),
    remove: (): void => rmSync(folder, { recursive: true, force: true }),
  };
};
