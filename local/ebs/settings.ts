import type { Store } from '../kernel/store.ts';

/** Quotas and manners of EBS direct. Requests per second; milliseconds of the cloud's clock. Kept in the data folder. */
export interface EbsSettings {
  readonly getsPerAccount: number;
  readonly getsPerSnapshot: number;
  readonly putsPerAccount: number;
  readonly putsPerSnapshot: number;
  readonly listSnapshotBlocksPerAccount: number;
  readonly listChangedBlocksPerAccount: number;
  readonly startsPerAccount: number;
  readonly completesPerAccount: number;
  readonly pendingSnapshots: number;
  /** Every how-many-th page of a list is empty and still goes on; 0: none. */
  readonly emptyPageEvery: number;
  /** How long after StartSnapshot writes answer that the snapshot does not exist (AWS: up to 2 minutes). */
  readonly writeLagMs: number;
}

const DEFAULTS: EbsSettings = {
  getsPerAccount: 1_000,
  getsPerSnapshot: 1_000,
  putsPerAccount: 1_000,
  putsPerSnapshot: 1_000,
  listSnapshotBlocksPerAccount: 50,
  listChangedBlocksPerAccount: 50,
  startsPerAccount: 10,
  completesPerAccount: 10,
  pendingSnapshots: 100,
  emptyPageEvery: 7,
  writeLagMs: 0,
};

const TABLE = 'ebs.settings';

/** Read at each call, so kept: the table is the truth only when the process starts. */
const current = new WeakMap<Store, EbsSettings>();

export const ebsSettings = (store: Store): EbsSettings => {
  let settings = current.get(store);
  if (!settings) {
    settings = { ...DEFAULTS, ...store.table<Partial<EbsSettings>>(TABLE).get('settings') };
    current.set(store, settings);
  }
  return settings;
};

/** Changes some settings, from now on and over restarts. Throws on an unknown name or a negative value. */
export const changeEbsSettings = (store: Store, changes: Readonly<Record<string, unknown>>): EbsSettings => {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in DEFAULTS)) throw new RangeError(`unknown setting ${name}; there are ${Object.keys(DEFAULTS)}`);
    if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`${name} must be a number from 0`);
  }
  const settings = { ...ebsSettings(store), ...changes };
  store.table<EbsSettings>(TABLE).put('settings', settings);
  current.set(store, settings);
  return settings;
};
