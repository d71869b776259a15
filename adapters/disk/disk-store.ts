import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, opendir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  DeletableStore,
  ListedObject,
  ObjectInfo,
  PutOutcome,
  StoredObject,
} from '../../core/ports/object-store.ts';
import { LibraryFull } from '../../library/errors.ts';
import type { RangeReader } from '../../library/range-reader.ts';

export interface DiskStoreOptions {
  /** The tenant's own folder; made when the first object is. */
  readonly folder: string;
  /** False leaves it to the system when data reaches the disk: only for what may be lost with the machine. */
  readonly sync?: boolean;
}

/** Never a key: keys begin with a letter or digit. */
export const TEMPORARY = '.tmp';
const KEY = /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

/** A path that goes through a file (`ENOTDIR`) is as absent as one that goes nowhere. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);
const absent = (error: unknown): undefined => {
  if (ABSENT.has(codeOf(error) ?? '')) return undefined;
  throw error;
};

class DiskStore implements DeletableStore, RangeReader {
  readonly #folder: string;
  readonly #sync: boolean;

  constructor({ folder, sync = true }: DiskStoreOptions) {
    this.#folder = folder;
    this.#sync = sync;
  }

  /**
   * Written and synced under a temporary name, then given its own by link(2), which fails where the name is taken
   * (rename would replace it) and exists on NTFS too.
   */
  async putNew(key: string, bytes: Uint8Array): Promise<PutOutcome> {
    const path = this.#path(key);
    const temporary = join(this.#folder, TEMPORARY, randomUUID());
    try {
      await mkdir(dirname(temporary), { recursive: true });
      await this.#makeFolder(dirname(path));
      await this.#write(temporary, bytes);
      await link(temporary, path);
      await this.#syncFolder(dirname(path));
      return { outcome: 'created' };
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        // its writer may have died before this, and whoever relies on the object needs it to stay
        await this.#syncFolder(dirname(path));
        return { outcome: 'exists' };
      }
      if (NO_ROOM.has(codeOf(error) ?? ''))
        throw new LibraryFull(`no room in ${this.#folder} for ${key}`, { cause: error });
      throw error;
    } finally {
      // a virus scanner may hold it; the object is made or not made all the same, and `removeLeftOvers` takes the rest
      await unlink(temporary).catch(() => {});
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    return this.#read(key, async (file) => ({ bytes: await file.readFile() }));
  }

  async getRange(key: string, start: number, length: number): Promise<Uint8Array | undefined> {
    return this.#read(key, async (file) => {
      const { size } = await file.stat();
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - start)));
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw new Error(`${key} became shorter while it was read`);
        filled += bytesRead;
      }
      return bytes;
    });
  }

  async readRange(key: string, start: number, into: Uint8Array): Promise<number | undefined> {
    return this.#read(key, async (file) => {
      let filled = 0;
      for (let came = 1; came > 0 && filled < into.length; filled += came)
        came = (await file.read(into, filled, into.length - filled, start + filled)).bytesRead;
      return filled;
    });
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = await stat(this.#path(key)).catch(absent);
    return found?.isFile() ? { size: found.size } : undefined;
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    const start = prefix === '' ? this.#folder : this.#path(prefix.replace(/\/$/, ''));
    yield* this.#listFolder(start, prefix);
  }

  async delete(key: string): Promise<void> {
    await unlink(this.#path(key)).catch(absent);
  }

  async *#listFolder(folder: string, prefix: string): AsyncGenerator<ListedObject> {
    const entries = await opendir(folder).catch(absent);
    if (!entries) return;
    for await (const entry of entries) {
      if (entry.name === TEMPORARY) continue;
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.#listFolder(join(folder, entry.name), `${key}/`);
      else {
        const found = await stat(join(folder, entry.name)).catch(absent);
        if (found) yield { key, size: found.size };
      }
    }
  }

  #path(key: string): string {
    if (!KEY.test(key)) throw new RangeError(`${JSON.stringify(key)} is no key`);
    return join(this.#folder, ...key.split('/'));
  }

  async #read<T>(key: string, read: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
    const file = await open(this.#path(key), constants.O_RDONLY).catch(absent);
    if (!file) return undefined;
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      // not writeFile: it writes half a MiB at a time, and its thread may be busy with something else between them
      for (let written = 0; written < bytes.length; )
        written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
      if (this.#sync) await file.sync();
    } finally {
      await file.close();
    }
  }

  /** A folder is durable once the folder that names it is synced. */
  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let at = folder; at.length >= first.length; at = dirname(at)) await this.#syncFolder(dirname(at));
  }

  async #syncFolder(folder: string): Promise<void> {
    // Windows opens no folders; NTFS keeps its names in a journal
    if (!this.#sync || process.platform === 'win32') return;
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** A library in a folder. Its file system must know hard links (ext4, XFS, NTFS, APFS, NFS, SMB do; FAT does not). */
export const createDiskStore = (options: DiskStoreOptions): DeletableStore & RangeReader => new DiskStore(options);
