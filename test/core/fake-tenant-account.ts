/**
 * A tenant account in memory, for restores: instances, volumes and what is attached where change their state as EC2's do,
 * one look later. Sessions are held to what they are opened for, as the real ones are by their policies.
 */
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import {
  InstanceNotFound,
  LaunchFailed,
  TenantAccessLost,
  TransientFailure,
  VolumeFailed,
} from '../../core/domain/errors.ts';
import type { InstanceChange, LaunchSettings } from '../../core/domain/instance-settings.ts';
import type { InstanceConfiguration } from '../../core/domain/recovery-point.ts';
import type { LaunchPlaces } from '../../core/ports/launch-places.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedImage, ImageRequest } from '../../core/ports/tenant-images.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { VolumeRequest } from '../../core/ports/tenant-volumes.ts';
import { everyPlace, noPlace } from './fake-places.ts';

export interface FakeVolume {
  volumeId: string;
  state: string;
  sizeGiB: number;
  volumeType: string;
  availabilityZone: string;
  /** The snapshot that it was made from: what is on it. */
  content: string;
  kmsKeyId?: string;
  tags: Record<string, string>;
  attachment?: { instanceId: string; device: string; state: string; deleteOnTermination: boolean };
}

export interface FakeInstance {
  instanceId: string;
  state: string;
  configuration: InstanceConfiguration;
  tags: Record<string, string>;
  /** What a launch was told of them, and what was changed since. */
  settings?: LaunchSettings & InstanceChange;
}

type Call = (name: string) => void;

export class FakeAccount {
  readonly instances = new Map<string, FakeInstance>();
  readonly volumes = new Map<string, FakeVolume>();
  readonly snapshots = new Map<string, { tags: Tags; kmsKeyId?: string }>();
  readonly images = new Map<string, { tags: Tags; request: ImageRequest }>();
  readonly donors: DescribedImage[] = [];
  /** What the account says of where a restore could go. */
  places: LaunchPlaces = everyPlace;
  readonly #made = new Map<string, string>();
  #next = 1;
  /** Asked before and after each change; throws to make it fail, or to lose its answer. */
  before: Call = () => undefined;
  after: Call = () => undefined;

  id(prefix: string): string {
    return `${prefix}-${String(this.#next++).padStart(8, '0')}`;
  }

  once(token: string, make: () => string): string {
    const there = this.#made.get(token) ?? make();
    this.#made.set(token, there);
    return there;
  }

  /** What anybody could see, for comparing: without what is gone. */
  picture(): object {
    const shown = (each: object) => JSON.parse(JSON.stringify(each)) as object;
    return {
      instances: [...this.instances.values()].filter(({ state }) => state !== 'terminated').map(shown),
      volumes: [...this.volumes.values()].map(shown),
      snapshots: [...this.snapshots.keys()],
      images: [...this.images.keys()],
    };
  }

  /** One look: everything that is under way arrives. */
  settle(): void {
    for (const instance of this.instances.values()) {
      const next: Record<string, string> = { pending: 'running', stopping: 'stopped', 'shutting-down': 'terminated' };
      if (instance.state === 'shutting-down') this.#terminated(instance.instanceId);
      instance.state = next[instance.state] ?? instance.state;
    }
    for (const volume of this.volumes.values()) {
      if (volume.state === 'creating') volume.state = 'available';
      if (volume.attachment?.state === 'attaching') volume.attachment.state = 'attached';
      if (volume.attachment?.state === 'detaching') {
        delete volume.attachment;
        volume.state = 'available';
      }
    }
  }

  #terminated(instanceId: string): void {
    for (const volume of [...this.volumes.values()]) {
      if (volume.attachment?.instanceId !== instanceId) continue;
      if (volume.attachment.deleteOnTermination) this.volumes.delete(volume.volumeId);
      delete volume.attachment;
      volume.state = 'available';
    }
  }
}

export const fakeScopes = (account: FakeAccount): TenantScopes => ({
  open: async (tenant, jobId, access) => fakeScope(account, tenant.hypervisorId, jobId, access),
});

const fakeScope = (account: FakeAccount, tenantId: string, jobId: string, access: TenantAccess): TenantScope => {
  const change = async <T>(name: string, work: () => T): Promise<T> => {
    if (access.to === 'look' || access.to === 'survey') throw new TenantAccessLost(`a look may not ${name}`);
    account.before(name);
    const answer = work();
    account.after(name);
    return answer;
  };
  const look = async <T>(work: () => T): Promise<T> => {
    account.settle();
    return work();
  };
  const isOurs = (tags: Tags): boolean => tags[TAG.job] === jobId;
  const instanceOf = (instanceId: string): FakeInstance => {
    const instance = account.instances.get(instanceId);
    if (!instance || instance.state === 'terminated') throw new InstanceNotFound(`no ${instanceId}`);
    const mayChange = ['replace', 'clean-up'].includes(access.to) && access.instanceId === instanceId;
    if (!isOurs(instance.tags) && !mayChange) throw new TenantAccessLost(`${access.to} may not change ${instanceId}`);
    return instance;
  };
  const volumeOf = (volumeId: string): FakeVolume => {
    const volume = account.volumes.get(volumeId);
    if (!volume) throw new VolumeFailed(`no ${volumeId}`);
    return volume;
  };
  const refuse = (): never => {
    throw new Error('restores do not ask for this');
  };
  const at = (instanceId: string): FakeVolume[] =>
    [...account.volumes.values()].filter(({ attachment }) => attachment?.instanceId === instanceId);
  const tagged = <T extends { tags: Tags }>(all: Iterable<[string, T]>, key: string, value: string): [string, T][] =>
    [...all].filter(([, { tags }]) => tags[key] === value);
  const makeVolume = (volume: Omit<FakeVolume, 'volumeId'>): string => {
    const volumeId = account.id('vol');
    account.volumes.set(volumeId, { volumeId, ...volume });
    return volumeId;
  };

  return {
    tenantId,
    instances: {
      list: refuse,
      describe: (instanceId) =>
        look(() => {
          const instance = account.instances.get(instanceId);
          if (!instance || instance.state === 'terminated') return undefined;
          return {
            configuration: { ...instance.configuration, tags: instance.tags },
            state: instance.state,
            volumes: at(instanceId).map(({ volumeId, sizeGiB, volumeType, tags, attachment }) => ({
              volumeId,
              device: attachment?.device ?? '',
              sizeGiB,
              volumeType,
              encrypted: false,
              deleteOnTermination: attachment?.deleteOnTermination ?? false,
              tags,
            })),
          };
        }),
      describeWhole: refuse,
      change: (instanceId, settings) =>
        Object.keys(settings).length === 0
          ? Promise.resolve()
          : change('changeInstance', () => {
              const instance = instanceOf(instanceId);
              if (settings.userData !== undefined && instance.state !== 'stopped') {
                throw new LaunchFailed(`${instanceId} is ${instance.state}`);
              }
              instance.settings = { ...instance.settings, ...settings };
            }),
      launch: (launch) =>
        change('launch', () => ({
          instanceId: account.once(launch.clientToken, () => {
            const instanceId = account.id('i');
            const image = account.images.get(launch.imageId)?.request;
            const donor = account.donors.find(({ imageId }) => imageId === launch.imageId);
            if (!image && !donor) throw new LaunchFailed(`no image ${launch.imageId}`);
            if (donor && launch.settings?.userData) throw new LaunchFailed('the donor would run the user data');
            const mappings = image?.volumes ?? [
              {
                device: donor?.rootDeviceName ?? '',
                snapshotId: 'donor',
                volumeType: 'gp3',
                deleteOnTermination: true,
              },
            ];
            const configuration = {
              ...(image?.configuration ?? ([...account.instances.values()][0] as FakeInstance).configuration),
              ...(donor
                ? { platform: donor.platform, rootDeviceName: donor.rootDeviceName }
                : { platform: 'Linux/UNIX' }),
              instanceId,
              availabilityZone: launch.availabilityZone ?? 'eu-central-1b',
            };
            account.instances.set(instanceId, {
              instanceId,
              state: 'pending',
              configuration,
              tags: { ...launch.instanceTags },
              settings: { ...launch.settings },
            });
            for (const { device, snapshotId, volumeType, deleteOnTermination } of mappings) {
              makeVolume({
                state: 'in-use',
                sizeGiB: 1,
                volumeType,
                availabilityZone: configuration.availabilityZone,
                content: snapshotId,
                ...(launch.encryption?.kmsKeyId === undefined ? {} : { kmsKeyId: launch.encryption.kmsKeyId }),
                tags: { ...launch.volumeTags },
                attachment: { instanceId, device, state: 'attached', deleteOnTermination },
              });
            }
            return instanceId;
          }),
        })),
      terminate: (instanceId) =>
        change('terminate', () => {
          const instance = account.instances.get(instanceId);
          if (!instance || instance.state === 'terminated') return;
          if (!isOurs(instance.tags)) throw new TenantAccessLost(`${instanceId} is not ours`);
          instance.state = 'shutting-down';
        }),
      findByTag: (key, value) =>
        look(() =>
          tagged(account.instances, key, value)
            .filter(([, { state }]) => !['shutting-down', 'terminated'].includes(state))
            .map(([id]) => id),
        ),
      setDeleteOnTermination: (instanceId, devices) =>
        Object.keys(devices).length === 0
          ? Promise.resolve()
          : change('setDeleteOnTermination', () => {
              instanceOf(instanceId);
              for (const { attachment } of at(instanceId)) {
                const flag = attachment && devices[attachment.device];
                if (attachment && flag !== undefined) attachment.deleteOnTermination = flag;
              }
            }),
      stop: (instanceId) =>
        change('stop', () => {
          const instance = instanceOf(instanceId);
          if (instance.state === 'running') instance.state = 'stopping';
        }),
      start: (instanceId) =>
        change('start', () => {
          const instance = instanceOf(instanceId);
          if (!at(instanceId).some(({ attachment }) => attachment?.device === instance.configuration.rootDeviceName)) {
            throw new LaunchFailed(`${instanceId} has no root volume`);
          }
          if (instance.state === 'stopped') instance.state = 'pending';
        }),
    },
    volumes: {
      describe: (ids) =>
        look(() => structuredClone([...account.volumes.values()].filter(({ volumeId }) => ids.includes(volumeId)))),
      findByTag: (key, value) =>
        look(() => structuredClone(tagged(account.volumes, key, value).map(([, volume]) => volume))),
      create: (volume: VolumeRequest) =>
        change('createVolume', () => ({
          volumeId: account.once(volume.clientToken, () => {
            if (!account.snapshots.has(volume.snapshotId)) throw new VolumeFailed(`no ${volume.snapshotId}`);
            return makeVolume({
              state: 'creating',
              sizeGiB: volume.sizeGiB,
              volumeType: volume.volumeType,
              availabilityZone: volume.availabilityZone,
              content: volume.snapshotId,
              ...(volume.encryption?.kmsKeyId === undefined ? {} : { kmsKeyId: volume.encryption.kmsKeyId }),
              tags: { ...volume.tags },
            });
          }),
        })),
      attach: (volumeId, instanceId, device) =>
        change('attach', () => {
          const instance = instanceOf(instanceId);
          const volume = volumeOf(volumeId);
          if (volume.attachment?.instanceId === instanceId) {
            delete volume.tags[REPLACED_BY];
            return;
          }
          if (volume.state !== 'available') throw new TransientFailure(`${volumeId} is ${volume.state}`);
          if (volume.availabilityZone !== instance.configuration.availabilityZone) {
            throw new VolumeFailed(`${volumeId} is in ${volume.availabilityZone}`);
          }
          if (at(instanceId).some(({ attachment }) => attachment?.device === device)) {
            throw new VolumeFailed(`${device} of ${instanceId} is taken`);
          }
          if (!isOurs(volume.tags) && volume.tags[REPLACED_BY] !== jobId) {
            throw new TenantAccessLost(`${volumeId} is not ours, and was not replaced`);
          }
          delete volume.tags[REPLACED_BY];
          volume.state = 'in-use';
          volume.attachment = { instanceId, device, state: 'attaching', deleteOnTermination: false };
        }),
      detach: (volumeId, instanceId) =>
        change('detach', () => {
          const instance = instanceOf(instanceId);
          const volume = volumeOf(volumeId);
          if (volume.attachment?.instanceId !== instanceId) return;
          const isRoot = volume.attachment.device === instance.configuration.rootDeviceName;
          if (isRoot && instance.state !== 'stopped') throw new VolumeFailed('the root volume of a running instance');
          if (!isOurs(volume.tags) && volume.tags[REPLACED_BY] !== jobId) {
            account.before('mark');
            volume.tags[REPLACED_BY] = jobId;
            account.after('mark');
          }
          volume.attachment.state = 'detaching';
        }),
      delete: (volumeId) =>
        change('deleteVolume', () => {
          const volume = account.volumes.get(volumeId);
          if (!volume) return;
          if (volume.attachment) throw new VolumeFailed(`${volumeId} is in use`);
          if (!isOurs(volume.tags) && volume.tags[REPLACED_BY] !== jobId) {
            throw new TenantAccessLost(`${volumeId} is not ours to delete`);
          }
          account.volumes.delete(volumeId);
        }),
      tag: (volumeId, tags) => change('tag', () => void Object.assign(volumeOf(volumeId).tags, tags)),
    },
    snapshots: {
      createForInstance: refuse,
      describe: (ids) =>
        look(() =>
          ids
            .filter((id) => account.snapshots.has(id))
            .map((snapshotId) => ({
              snapshotId,
              volumeId: '',
              state: 'completed' as const,
              sizeGiB: 1,
              startedAt: 1,
              tags: account.snapshots.get(snapshotId)?.tags ?? {},
            })),
        ),
      findByTag: (key, value) =>
        look(() =>
          tagged(account.snapshots, key, value).map(([snapshotId, { tags }]) => ({
            snapshotId,
            volumeId: '',
            state: 'completed' as const,
            sizeGiB: 1,
            startedAt: 1,
            tags,
          })),
        ),
      copyFrom: refuse,
      delete: (snapshotId) =>
        change('deleteSnapshot', () => {
          const snapshot = account.snapshots.get(snapshotId);
          if (!snapshot) return;
          if (!isOurs(snapshot.tags)) throw new TenantAccessLost(`${snapshotId} is not ours`);
          const isNamed = [...account.images.values()].some(({ request }) =>
            request.volumes.some((volume) => volume.snapshotId === snapshotId),
          );
          if (isNamed) throw new VolumeFailed(`${snapshotId} is in use by an image`);
          account.snapshots.delete(snapshotId);
        }),
      start: (_sizeGiB, clientToken, tags, encryption) =>
        change('startSnapshot', () => ({
          snapshotId: account.once(clientToken, () => {
            const snapshotId = account.id('snap');
            account.snapshots.set(snapshotId, { tags, ...encryption });
            return snapshotId;
          }),
        })),
      changedBlocks: refuse,
    },
    images: {
      register: (request) =>
        change('register', () => {
          const there = [...account.images].find(([, image]) => image.request.name === request.name);
          if (there) return { imageId: there[0] };
          const imageId = account.id('ami');
          account.images.set(imageId, { tags: request.tags, request });
          return { imageId };
        }),
      describe: (imageId) => look(() => account.donors.find((each) => each.imageId === imageId)),
      findDonor: (platform, architecture) =>
        look(() => account.donors.find((each) => each.platform === platform && each.architecture === architecture)),
      findByTag: (key, value) => look(() => tagged(account.images, key, value).map(([id]) => id)),
      deregister: (imageId) => change('deregister', () => void account.images.delete(imageId)),
    },
    places: access.to === 'survey' ? account.places : noPlace,
    guest: { agent: refuse, send: refuse, result: refuse },
    ours: refuse,
  };
};
