/** A tenant's account as the flows see it through the scope port: instances, snapshots in every region, a guest. */
import { SnapshotFailed, UnrelatedSnapshots } from '../../core/domain/errors.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { AttachedVolume, DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { DescribedSnapshot } from '../../core/ports/tenant-snapshots.ts';

export const HOME = 'eu-central-1';

export interface FakeSnapshot extends DescribedSnapshot {
  readonly region: string;
}

/** What an instance's guest does when it is spoken to. */
export interface Guest {
  readonly online: boolean;
  readonly platform: string;
  readonly freeze: 'succeeded' | 'failed';
  readonly thaw: 'succeeded' | 'failed';
  readonly vss: 'succeeded' | 'failed';
}

export class FakeAccount {
  readonly instances = new Map<string, DescribedInstance>();
  readonly snapshots = new Map<string, FakeSnapshot>();
  readonly guests = new Map<string, Guest>();
  /** In order: what was done in it, by name. */
  readonly log: string[] = [];
  readonly opened: TenantAccess[] = [];
  /** Pairs that EBS knows no lineage of. */
  readonly unrelated = new Set<string>();
  /** Runs before a call of that name, and may throw. */
  readonly trouble = new Map<string, () => void>();
  /** Looks at a command of that name that still find it running. */
  readonly underWay = new Map<string, number>();
  readonly #commands = new Map<string, { readonly what: string; readonly state: 'succeeded' | 'failed' }>();
  readonly #now: () => number;
  #made = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  addInstance(
    instanceId: string,
    volumeIds: readonly string[],
    tags: Tags = {},
    platform = 'Linux/UNIX',
    sizeGiB = 4,
  ): void {
    this.instances.set(instanceId, {
      state: 'running',
      configuration: {
        instanceId,
        name: `name of ${instanceId}`,
        instanceType: 't3.small',
        architecture: 'x86_64',
        enaSupport: true,
        platform,
        virtualizationType: 'hvm',
        rootDeviceName: '/dev/sda',
        availabilityZone: `${HOME}a`,
        securityGroupIds: [],
        imageId: 'ami-00000001',
        tpmSupport: 'v2.0',
        tags,
      },
      volumes: volumeIds.map((volumeId, index) => this.volume(volumeId, index, sizeGiB)),
    });
  }

  volume(volumeId: string, index: number, sizeGiB = 4): AttachedVolume {
    return {
      volumeId,
      device: index < 26 ? `/dev/sd${String.fromCharCode(97 + index)}` : `/dev/nvme${index}n1`,
      sizeGiB,
      volumeType: 'gp3',
      encrypted: false,
      deleteOnTermination: true,
      tags: { disk: String(index) },
    };
  }

  attach(instanceId: string, volumeId: string): void {
    const instance = this.instances.get(instanceId) as DescribedInstance;
    const volumes = [...instance.volumes, this.volume(volumeId, instance.volumes.length)];
    this.instances.set(instanceId, { ...instance, volumes });
  }

  take(region: string, volumeId: string, tags: Tags): FakeSnapshot {
    this.#made += 1;
    const volumes = [...this.instances.values()].flatMap((instance) => instance.volumes);
    const snapshot: FakeSnapshot = {
      snapshotId: `snap-${String(this.#made).padStart(8, '0')}`,
      volumeId,
      state: 'completed',
      sizeGiB: volumes.find((volume) => volume.volumeId === volumeId)?.sizeGiB ?? 4,
      startedAt: this.#now(),
      tags,
      region,
    };
    this.snapshots.set(snapshot.snapshotId, snapshot);
    return snapshot;
  }

  readonly scopes: TenantScopes = {
    open: async (tenant, _sourceIdentity, access) => {
      this.opened.push(access);
      return this.#scope(tenant.hypervisorId, access.region ?? HOME);
    },
  };

  #scope(tenantId: string, region: string): TenantScope {
    const here = (): FakeSnapshot[] => [...this.snapshots.values()].filter((each) => each.region === region);
    const byTag = (key: string, value: string): FakeSnapshot[] => here().filter(({ tags }) => tags[key] === value);
    const act = (name: string, what = ''): void => {
      this.trouble.get(name)?.();
      this.log.push(what === '' ? name : `${name} ${what}`);
    };
    const parts = {
      tenantId,
      instances: {
        list: async () =>
          [...this.instances.values()].map(({ configuration, state, volumes }) => ({
            ...configuration,
            state,
            volumes: volumes.map(({ volumeId, device }) => ({ volumeId, device })),
          })),
        describe: async (instanceId: string) => this.instances.get(instanceId),
        describeWhole: async (instanceId: string) => this.instances.get(instanceId),
      },
      volumes: {
        describe: async (volumeIds: readonly string[]) =>
          [...this.instances.values()].flatMap(({ configuration, volumes }) =>
            volumes
              .filter(({ volumeId }) => volumeIds.includes(volumeId))
              .map((volume) => ({ ...volume, state: 'in-use', availabilityZone: configuration.availabilityZone })),
          ),
      },
      snapshots: {
        createForInstance: async (instanceId: string, out: readonly string[], tags: Tags) => {
          act('snapshots', instanceId);
          const made = byTag('holdfast:operation', tags['holdfast:operation'] ?? '');
          if (made.length > 0) return made;
          const kept = (this.instances.get(instanceId)?.volumes ?? []).filter((each) => !out.includes(each.volumeId));
          return kept.map(({ volumeId }) => this.take(region, volumeId, tags));
        },
        describe: async (ids: readonly string[]) => here().filter(({ snapshotId }) => ids.includes(snapshotId)),
        findByTag: async (key: string, value: string) => byTag(key, value),
        copyFrom: async (from: string, snapshotId: string, tags: Tags) => {
          act('copy-region', `${from} ${region}`);
          const source = this.snapshots.get(snapshotId);
          if (source?.region !== from) throw new SnapshotFailed(`there is no ${snapshotId} in ${from}`);
          const made = byTag('holdfast:operation', tags['holdfast:operation'] ?? '')[0];
          return made ?? this.take(region, source.volumeId, tags);
        },
        delete: async (snapshotId: string) => {
          if (this.snapshots.get(snapshotId)?.region === region) this.snapshots.delete(snapshotId);
        },
        changedBlocks: async (base: string, snapshotId: string) => {
          const volumes = [base, snapshotId].map((id) => this.snapshots.get(id)?.volumeId);
          if (volumes[0] === undefined || volumes[0] !== volumes[1] || this.unrelated.has(base)) {
            throw new UnrelatedSnapshots(`${base} and ${snapshotId}`);
          }
          return { ranges: [[10, 20] as [number, number]] };
        },
      },
      guest: {
        agent: async (instanceId: string) => {
          const guest = this.guests.get(instanceId);
          return { online: guest?.online ?? false, platform: guest?.platform ?? 'Linux' };
        },
        send: async (instanceId: string, document: string, parameters: Readonly<Record<string, readonly string[]>>) => {
          const what =
            document === 'AWSEC2-CreateVssSnapshot' ? 'vss' : (parameters.commands?.[0] as 'freeze' | 'thaw');
          act(what, instanceId);
          const state = this.guests.get(instanceId)?.[what] ?? 'failed';
          if (what === 'vss' && state === 'succeeded')
            this.#takenByWindows(region, instanceId, parameters.tags?.[0] ?? '');
          const commandId = `cmd-${this.#commands.size}`;
          this.#commands.set(commandId, { what, state });
          return { commandId };
        },
        result: async (commandId: string) => {
          const { what, state } = this.#commands.get(commandId) as { what: string; state: 'succeeded' | 'failed' };
          const looks = this.underWay.get(what) ?? 0;
          this.underWay.set(what, looks - 1);
          if (looks > 0) return { state: 'running', output: '' };
          return { state, output: state === 'failed' ? 'it said no\n' : '' };
        },
      },
    };
    return parts as unknown as TenantScope;
  }

  #takenByWindows(region: string, instanceId: string, list: string): void {
    const tags = Object.fromEntries(
      list.split(';').map((part) => (/^Key=([^,]+),Value=(.*)$/.exec(part) ?? []).slice(1) as [string, string]),
    );
    for (const { volumeId } of this.instances.get(instanceId)?.volumes ?? []) {
      this.take(region, volumeId, { ...tags, AppConsistent: 'True' });
    }
  }
}
