import { LaunchFailed, TenantAccessLost } from '../../../core/domain/errors.ts';
import type { TenantInstances } from '../../../core/ports/tenant-instances.ts';
import type { FakeInstance } from './account.ts';
import { type FakeSession, refuse, tagged } from './session.ts';

export const fakeInstances = ({
  account,
  change,
  look,
  isOurs,
  instanceOf,
  at,
  makeVolume,
}: FakeSession): TenantInstances => ({
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
          ...(donor ? { platform: donor.platform, rootDeviceName: donor.rootDeviceName } : { platform: 'Linux/UNIX' }),
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
});
