import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import type { Image, Instance, Resource, Snapshot, Volume } from './records.ts';

/** Another account's or region's resource is answered for exactly like one that does not exist. */
const isOwn = (call: Call, record: Resource | undefined): boolean =>
  record !== undefined && record.accountId === call.accountId && record.region === call.region;

export const volumeNotFound = (id: string): AwsError =>
  new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
export const snapshotNotFound = (id: string): AwsError =>
  new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
export const instanceNotFound = (id: string): AwsError =>
  new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
export const imageNotFound = (id: string): AwsError =>
  new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);

const MALFORMED: Readonly<Record<string, string>> = {
  vol: 'InvalidParameterValue',
  snap: 'InvalidParameterValue',
  i: 'InvalidInstanceID.Malformed',
  ami: 'InvalidAMIID.Malformed',
};

/** Throws on what can't be an id of this kind at all. */
export const checkId = (prefix: keyof typeof MALFORMED & string, id: string): void => {
  if (new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) return;
  throw new AwsError(MALFORMED[prefix] ?? 'InvalidParameterValue', `Invalid id: "${id}" (expecting "${prefix}-...")`);
};

export const ownVolume = (ec2: Ec2, call: Call, id: string): Volume => {
  checkId('vol', id);
  const volume = ec2.volumes.get(id);
  if (!volume || !isOwn(call, volume)) throw volumeNotFound(id);
  return volume;
};

export const ownSnapshot = (ec2: Ec2, call: Call, id: string): Snapshot => {
  checkId('snap', id);
  const snapshot = ec2.snapshots.get(id);
  if (!snapshot || !isOwn(call, snapshot)) throw snapshotNotFound(id);
  return snapshot;
};

/** One's own, shared with one, or public. */
export const mayUseSnapshot = (call: Call, snapshot: Snapshot): boolean =>
  (snapshot.region === call.region || snapshot.region === '*') &&
  (snapshot.accountId === call.accountId || snapshot.isPublic || snapshot.sharedWith.includes(call.accountId));

export const usableSnapshot = (ec2: Ec2, call: Call, id: string): Snapshot => {
  checkId('snap', id);
  const snapshot = ec2.snapshots.get(id);
  if (!snapshot || !mayUseSnapshot(call, snapshot)) throw snapshotNotFound(id);
  return snapshot;
};

export const ownInstance = (ec2: Ec2, call: Call, id: string): Instance => {
  checkId('i', id);
  const instance = ec2.instances.get(id);
  if (!instance || !isOwn(call, instance)) throw instanceNotFound(id);
  return instance;
};

export const mayUseImage = (call: Call, image: Image): boolean =>
  (image.region === call.region || image.region === '*') && (image.accountId === call.accountId || image.isPublic);

export const usableImage = (ec2: Ec2, call: Call, id: string): Image => {
  checkId('ami', id);
  const image = ec2.images.get(id);
  if (!image || !mayUseImage(call, image) || image.state === 'deregistered') throw imageNotFound(id);
  return image;
};

export const ownImage = (ec2: Ec2, call: Call, id: string): Image => {
  const image = usableImage(ec2, call, id);
  if (!isOwn(call, image)) throw imageNotFound(id);
  return image;
};

/** Volumes attached to an instance, in order of device name. */
export const volumesOf = (ec2: Ec2, instance: Instance): Volume[] =>
  [...ec2.volumes.in(instance.accountId, instance.region)]
    .filter(({ attachment }) => attachment?.instanceId === instance.id)
    .sort((a, b) => ((a.attachment?.device ?? '') < (b.attachment?.device ?? '') ? -1 : 1));
