/**
 * What `holdfast` has no command for, as a process that is measured like the peers': see `MoverCommands`.
 * `node bench/mover.ts <command> <JSON>`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';

// as cli/holdfast.ts does
enableCompileCache();
const { uuidv7Ids } = await import('../adapters/system.ts');
const { createDiskStore } = await import('../adapters/disk/disk-store.ts');
const { startLibraryThread } = await import('../cli/library-thread.ts');
const { importVolume } = await import('../library/import-volume.ts');
const { openLibrary } = await import('../library/library.ts');
const { readIdentity } = await import('../library/library-identity.ts');
const { createRecoveryKeyPair } = await import('../library/recovery-key.ts');
const { startTaskThreads } = await import('../library/task-threads.ts');
const { createTenantKeys, openTenantKeysWithRecoveryKey } = await import('../library/tenant-keys.ts');
const { readMap } = await import('../library/volume-map.ts');

export interface MoverCommands {
  /** A new library on disk; answers its recovery key. */
  readonly create: { readonly folder: string };
  /** A backup of only those blocks that are named, as EBS would name them to an access node. */
  readonly import: {
    readonly folder: string;
    readonly recoveryKey: string;
    readonly image: string;
    /** The recovery point that it is compared with. */
    readonly parent: string;
    /** A file of uint32 LE. */
    readonly changed: string;
    readonly level: 'fast' | 'default';
  };
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

const changedBlocks = (path: string): number[] => {
  const bytes = readFileSync(path);
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
};

const importImage = async (input: MoverCommands['import']): Promise<void> => {
  const { folder, recoveryKey, image, parent, changed, level } = input;
  const store = createDiskStore({ folder });
  const threads = startTaskThreads(() => startLibraryThread({ kind: 'disk', folder }), threadCount);
  const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey, ...(await readIdentity(store)) });
  const library = openLibrary({ store, keys, random: randomBytes, now: Date.now });
  await library.index.refresh();
  await importVolume(library, {
    path: image,
    recoveryPointId: `rp-${uuidv7Ids.uuid()}`,
    volumeId: VOLUME,
    parent: await readMap(library, parent, VOLUME),
    changed: changedBlocks(changed),
    level,
    openPacks: 1,
    threads,
    requestedBy: 'npm run bench',
    random: Math.random,
    signal: new AbortController().signal,
  });
  await threads.close();
};

const [command, argument = '{}'] = process.argv.slice(2);
const input = JSON.parse(argument);
if (command === 'create') await create(input);
else if (command === 'import') await importImage(input);
else throw new Error(`unknown: ${command}`);
