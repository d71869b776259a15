/**
 * Holdfast's mover by itself, as a process that is measured like the peers': the product's library, its threads and its
 * store on disk, on raw images. `node bench/mover.ts <command> <JSON>`; see `MoverCommands`.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';

// as cli/holdfast.ts does
enableCompileCache();
const { createDiskStore } = await import('../adapters/disk/disk-store.ts');
const { startLibraryThread } = await import('../cli/library-thread.ts');
const { catVolume } = await import('../library/export-volume.ts');
const { importVolume } = await import('../library/import-volume.ts');
const { openLibrary } = await import('../library/library.ts');
const { readIdentity } = await import('../library/library-identity.ts');
const { createRecoveryKeyPair } = await import('../library/recovery-key.ts');
const { startTaskThreads } = await import('../library/task-threads.ts');
const { createTenantKeys, openTenantKeysWithRecoveryKey } = await import('../library/tenant-keys.ts');
const { readMap } = await import('../library/volume-map.ts');

interface At {
  readonly folder: string;
  readonly recoveryKey: string;
}

export interface MoverCommands {
  /** A new library; answers its recovery key. */
  readonly create: { readonly folder: string };
  readonly import: At & {
    readonly image: string;
    readonly point: string;
    readonly parent?: string;
    /** A file of uint32 LE: only these blocks are read, as EBS would name them. */
    readonly changed?: string;
    readonly level: 'fast' | 'default';
  };
  /** Without `target`, in order to nowhere. */
  readonly restore: At & { readonly point: string; readonly target?: string };
}

const VOLUME = 'vol-00000000';
const threadCount = Number(process.env.HOLDFAST_BENCH_THREADS ?? availableParallelism());

/** Wraps nothing well enough to be unwrapped: the bench opens its libraries by the recovery key. */
const noKeyService = {
  name: 'none',
  wrap: async () => randomBytes(32),
  unwrap: async (): Promise<Uint8Array> => {
    throw Object.assign(new Error('no key service here'), { name: 'WrongKey' });
  },
};

const create = async ({ folder }: MoverCommands['create']): Promise<void> => {
  const { privateKey, publicKey } = createRecoveryKeyPair(randomBytes);
  const identity = { tenant: 'hv-00000001', library: 'lib-1' };
  const setUp = { store: createDiskStore({ folder }), wrapper: noKeyService, recoveryPublicKey: publicKey };
  // the library is set up by then, and only its key service's answer is missing
  await createTenantKeys({ ...setUp, ...identity, random: randomBytes }).catch((error: Error) => {
    if (error.name !== 'WrongKey') throw error;
  });
  process.stdout.write(privateKey);
};

const withLibrary = async ({ folder, recoveryKey }: At) => {
  const store = createDiskStore({ folder });
  const threads = startTaskThreads(() => startLibraryThread({ kind: 'disk', folder }), threadCount);
  const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey, ...(await readIdentity(store)) });
  const library = openLibrary({ store, keys, random: randomBytes, now: Date.now });
  await library.index.refresh();
  return { library, threads };
};

const changedBlocks = (path: string): number[] => {
  const bytes = readFileSync(path);
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
};

const importImage = async (input: MoverCommands['import']): Promise<void> => {
  const { library, threads } = await withLibrary(input);
  const { counters } = await importVolume(library, {
    path: input.image,
    recoveryPointId: input.point,
    volumeId: VOLUME,
    parent: input.parent === undefined ? undefined : await readMap(library, input.parent, VOLUME),
    changed: input.changed === undefined ? undefined : changedBlocks(input.changed),
    level: input.level,
    openPacks: 1,
    threads,
    requestedBy: 'npm run bench',
    random: Math.random,
    signal: new AbortController().signal,
  });
  process.stdout.write(JSON.stringify(counters));
  await threads.close();
};

const restore = async (input: MoverCommands['restore']): Promise<void> => {
  const { library, threads } = await withLibrary(input);
  const map = await readMap(library, input.point, VOLUME);
  const fd = openSync(input.target ?? '/dev/null', 'w');
  if (input.target !== undefined) ftruncateSync(fd, map.sizeBytes);
  const write = async (bytes: Uint8Array): Promise<void> => void writeSync(fd, bytes);
  const target = input.target === undefined ? ({ kind: 'stream', write } as const) : ({ kind: 'file', fd } as const);
  await catVolume(library, map, { threads, target, signal: new AbortController().signal });
  closeSync(fd);
  await threads.close();
};

const [command, argument = '{}'] = process.argv.slice(2);
const input = JSON.parse(argument);
if (command === 'create') await create(input);
else if (command === 'import') await importImage(input);
else if (command === 'restore') await restore(input);
else throw new Error(`unknown: ${command}`);
