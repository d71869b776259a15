import { REPLACED_BY } from '../../../core/domain/effect.ts';
import { TenantAccessLost, TransientFailure, VolumeFailed } from '../../../core/domain/errors.ts';
import type { TenantVolumes, VolumeRequest } from '../../../core/ports/tenant-volumes.ts';
import { type FakeSession, tagged } from './session.ts';

export const fakeVolumes = ({
  account,
  jobId,
  change,
  look,
  isOurs,
  instanceOf,
  volumeOf,
  at,
  makeVolume,
}: FakeSession): TenantVolumes => ({
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
});
