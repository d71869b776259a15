import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMPORARY } from './disk-store.ts';

/**
 * Removes what crashed writers left in a tenant's folder; returns how many files. `before` is ms since 1970 and must lie
 * further back than any write may last, since living writers' files look the same.
 */
export const removeLeftOvers = async (folder: string, before: number): Promise<number> => {
  const absent = (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== 'ENOENT') throw error;
  };
  let removed = 0;
  for (const name of (await readdir(join(folder, TEMPORARY)).catch(absent)) ?? []) {
    const path = join(folder, TEMPORARY, name);
    const found = await stat(path).catch(absent);
    if (!found || found.mtimeMs >= before) continue;
    await unlink(path).catch(absent);
    removed++;
  }
  return removed;
};
