import { openInstanceProfiles } from '../iam/instance-profiles.ts';
import type { Kernel } from '../kernel/service.ts';
import { ec2Of } from './ec2.ts';
import type { Instance } from './records.ts';

/**
 * What an instance's guest learns of itself, as from the instance metadata service: reading it is no call, and shows in
 * no trail. Whoever boots a process in the place of a guest reads it here.
 */
export interface Guest {
  readonly instanceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly state: Instance['state'];
  readonly instanceType: string;
  readonly imageId: string;
  readonly isWindows: boolean;
  readonly privateIp: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the instance profile, if it has one that holds a role. */
  readonly roleArn?: string;
  /** Decoded. */
  readonly userData?: string;
}

const toGuest = (kernel: Kernel, instance: Instance): Guest => {
  const { profileArn, userData } = instance;
  const roleArn = profileArn === undefined ? undefined : openInstanceProfiles(kernel.store).roleArnOf(profileArn);
  return {
    instanceId: instance.id,
    accountId: instance.accountId,
    region: instance.region,
    zone: instance.zone,
    state: instance.state,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    isWindows: instance.licence.platformDetails.startsWith('Windows'),
    privateIp: instance.privateIp,
    tags: instance.tags,
    ...(roleArn !== undefined && { roleArn }),
    ...(userData !== undefined && { userData: Buffer.from(userData, 'base64').toString() }),
  };
};

export const guestOf = (kernel: Kernel, instanceId: string): Guest | undefined => {
  const instance = ec2Of(kernel).instances.get(instanceId);
  return instance && toGuest(kernel, instance);
};

/** Of all accounts and regions: what to boot again when the cloud was started anew, for which there is no event. */
export const runningGuests = (kernel: Kernel): Guest[] =>
  [...ec2Of(kernel).instances.all()]
    .filter(({ state }) => state === 'running')
    .map((instance) => toGuest(kernel, instance));
