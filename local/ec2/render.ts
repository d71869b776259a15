import type { Snapshot, Volume } from './records.ts';
import { tagSet } from './tags.ts';

export const iso = (ms: number): string => new Date(ms).toISOString();

export const volumeXml = (volume: Volume) => ({
  volumeId: volume.id,
  size: volume.sizeGiB,
  snapshotId: volume.snapshotId ?? '',
  availabilityZone: volume.zone,
  status: volume.state,
  createTime: iso(volume.createdAt),
  attachmentSet: { item: volume.attachment ? [attachmentXml(volume)] : [] },
  tagSet: tagSet(volume.tags),
  volumeType: volume.volumeType,
  iops: volume.iops,
  throughput: volume.throughput,
  encrypted: volume.encryption !== undefined,
  kmsKeyId: volume.encryption?.kmsKeyId,
  multiAttachEnabled: false,
});

/** How AttachVolume, DetachVolume and DescribeVolumes show an attachment. */
export const attachmentXml = ({ id, attachment }: Volume) => ({
  volumeId: id,
  instanceId: attachment?.instanceId,
  device: attachment?.device,
  status: attachment?.state,
  attachTime: attachment && iso(attachment.attachedAt),
  deleteOnTermination: attachment?.deleteOnTermination,
});

/** A snapshot as CreateSnapshot and DescribeSnapshots show it to `viewer`: tags are the owner's alone. */
export const snapshotXml = (snapshot: Snapshot, viewer: string, now: number, usedBytes?: number) => ({
  ...snapshotInfoXml(snapshot, now),
  state: undefined,
  status: snapshot.state,
  statusMessage: snapshot.stateMessage,
  completionTime: snapshot.completedAt && iso(snapshot.completedAt),
  tagSet: tagSet(snapshot.accountId === viewer ? snapshot.tags : {}),
  kmsKeyId: snapshot.encryption?.kmsKeyId,
  storageTier: 'standard',
  ownerAlias: snapshot.isPublic ? 'amazon' : undefined,
  fullSnapshotSizeInBytes: usedBytes,
});

/** A snapshot as CreateSnapshots shows it. */
export const snapshotInfoXml = (snapshot: Snapshot, now: number) => ({
  snapshotId: snapshot.id,
  volumeId: snapshot.volumeId,
  state: snapshot.state,
  startTime: iso(snapshot.createdAt),
  progress: progressOf(snapshot, now),
  ownerId: snapshot.accountId,
  description: snapshot.description,
  volumeSize: snapshot.sizeGiB,
  encrypted: snapshot.encryption !== undefined,
  tagSet: tagSet(snapshot.tags),
});

/** Copying counts as the first tenth, for what follows only the time is known. */
const progressOf = ({ state, completesAt, createdAt }: Snapshot, now: number): string => {
  if (state === 'completed') return '100%';
  if (state === 'error' || completesAt === undefined || completesAt <= createdAt) return '0%';
  return `${Math.min(99, Math.max(0, Math.floor(((now - createdAt) / (completesAt - createdAt)) * 100)))}%`;
};
