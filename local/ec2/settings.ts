import type { Store } from '../kernel/store.ts';

/** How the local EC2 behaves in time. Milliseconds of the cloud's clock. Kept in the data folder. */
export interface Ec2Settings {
  readonly volumeCreationMs: number;
  readonly volumeDeletionMs: number;
  readonly attachmentMs: number;
  /** From the end of the copying to `completed`. */
  readonly snapshotCompletionMs: number;
  readonly instanceStartMs: number;
  readonly instanceStopMs: number;
  readonly instanceTerminationMs: number;
  /** How long Describe calls don't show what is new: eventual consistency. */
  readonly describeLagMs: number;
  readonly pendingSnapshotsPerVolume: number;
  readonly pendingSnapshotsPerAccount: number;
  readonly concurrentCopiesPerRegion: number;
  readonly attachmentsPerInstance: number;
  /**
   * Up to how many blocks a snapshot or a volume's filling copies before the call returns; more is copied behind it,
   * in real time. A simulation on a virtual clock sets it high, to be the same at each run.
   */
  readonly copyAtOnceBlocks: number;
  /** What a copy, and a snapshot written through EBS direct, shows as its volume: on AWS "an arbitrary volume ID". */
  readonly volumeOfCopies: string;
}

const DEFAULTS: Ec2Settings = {
  volumeCreationMs: 50,
  volumeDeletionMs: 20,
  attachmentMs: 20,
  snapshotCompletionMs: 150,
  instanceStartMs: 100,
  instanceStopMs: 100,
  instanceTerminationMs: 100,
  describeLagMs: 0,
  pendingSnapshotsPerVolume: 5,
  pendingSnapshotsPerAccount: 5_000,
  concurrentCopiesPerRegion: 20,
  attachmentsPerInstance: 28,
  copyAtOnceBlocks: 128,
  volumeOfCopies: 'vol-ffffffff',
};

const TABLE = 'ec2.settings';

export const ec2Settings = (store: Store): Ec2Settings => ({
  ...DEFAULTS,
  ...store.table<Partial<Ec2Settings>>(TABLE).get('settings'),
});

/** Changes some settings, from now on and over restarts. Throws on an unknown name, a negative value, or what is no volume's id. */
export const changeEc2Settings = (store: Store, changes: Readonly<Record<string, unknown>>): Ec2Settings => {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in DEFAULTS)) throw new RangeError(`unknown setting ${name}; there are ${Object.keys(DEFAULTS)}`);
    if (name === 'volumeOfCopies') {
      if (typeof value !== 'string' || !/^vol-[0-9a-f]+$/.test(value))
        throw new RangeError(`${name} must be a volume's id, such as ${DEFAULTS.volumeOfCopies}`);
    } else if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`${name} must be a number from 0`);
  }
  const settings = { ...ec2Settings(store), ...changes };
  store.table<Ec2Settings>(TABLE).put('settings', settings);
  return settings;
};
