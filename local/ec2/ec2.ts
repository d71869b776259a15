import { type BlockStorage, blockStorageOf } from '../block-storage/block-storage.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Store } from '../kernel/store.ts';
import type { Image, Instance, Snapshot, Volume } from './records.ts';
import { ResourceTable } from './resource-table.ts';
import { type Ec2Settings, ec2Settings } from './settings.ts';
import { Transitions } from './transitions.ts';

/** Everything that EC2's actions, and EBS direct, share. */
export class Ec2 {
  readonly kernel: Kernel;
  readonly storage: BlockStorage;
  readonly volumes: ResourceTable<Volume>;
  readonly snapshots: ResourceTable<Snapshot>;
  readonly instances: ResourceTable<Instance>;
  readonly images: ResourceTable<Image>;
  readonly transitions: Transitions;
  /** `<account>/<snapshot id>` for each account that a snapshot is shared with. */
  readonly shares;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.storage = blockStorageOf(kernel.store);
    this.volumes = new ResourceTable(kernel.store, 'volumes');
    this.snapshots = new ResourceTable(kernel.store, 'snapshots');
    this.instances = new ResourceTable(kernel.store, 'instances');
    this.images = new ResourceTable(kernel.store, 'images');
    this.shares = kernel.store.table<true>('ec2.shares');
    this.transitions = new Transitions(kernel.store, kernel.clock, () => kernel.randomHex(8));
  }

  get settings(): Ec2Settings {
    return ec2Settings(this.kernel.store);
  }

  get now(): number {
    return this.kernel.clock.now();
  }

  /** A new id as EC2 makes them: `vol-` and 17 hex digits. */
  newId(prefix: string): string {
    return `${prefix}-0${this.kernel.randomHex(8)}`;
  }
}

const states = new WeakMap<Store, Ec2>();

/** The one EC2 of a local cloud: both of its services, `ec2` and `ebs`, work on it. */
export const ec2Of = (kernel: Kernel): Ec2 => {
  let ec2 = states.get(kernel.store);
  if (!ec2) {
    ec2 = new Ec2(kernel);
    states.set(kernel.store, ec2);
  }
  return ec2;
};
