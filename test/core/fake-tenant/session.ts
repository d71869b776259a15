/** A session into a FakeAccount: held to what it is opened for, as the real ones are by their policies. */
import { TAG } from '../../../core/domain/effect.ts';
import { InstanceNotFound, TenantAccessLost, VolumeFailed } from '../../../core/domain/errors.ts';
import type { Tags } from '../../../core/ports/tags.ts';
import type { TenantAccess } from '../../../core/ports/tenant-scope.ts';
import type { FakeAccount, FakeInstance, FakeVolume } from './account.ts';

export const fakeSession = (account: FakeAccount, jobId: string, access: TenantAccess) => {
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
  const at = (instanceId: string): FakeVolume[] =>
    [...account.volumes.values()].filter(({ attachment }) => attachment?.instanceId === instanceId);
  const makeVolume = (volume: Omit<FakeVolume, 'volumeId'>): string => {
    const volumeId = account.id('vol');
    account.volumes.set(volumeId, { volumeId, ...volume });
    return volumeId;
  };
  return { account, jobId, change, look, isOurs, instanceOf, volumeOf, at, makeVolume };
};
export type FakeSession = ReturnType<typeof fakeSession>;

export const tagged = <T extends { tags: Tags }>(
  all: Iterable<[string, T]>,
  key: string,
  value: string,
): [string, T][] => [...all].filter(([, { tags }]) => tags[key] === value);

export const refuse = (): never => {
  throw new Error('restores do not ask for this');
};
