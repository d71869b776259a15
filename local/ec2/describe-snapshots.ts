import type { Call } from '../kernel/service.ts';
import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { checkId, mayUseSnapshot, snapshotNotFound } from './find.ts';
import { pageOf } from './paging.ts';
import { AMAZON_ACCOUNT, type Snapshot } from './records.ts';
import { iso, snapshotXml } from './render.ts';
import { filters, int, text, texts } from './schema.ts';
import { visible } from './visible.ts';

const KEYS: FilterKeys<Snapshot> = {
  'snapshot-id': ({ id }) => [id],
  'volume-id': ({ volumeId }) => [volumeId],
  'volume-size': ({ sizeGiB }) => [String(sizeGiB)],
  status: ({ state }) => [state],
  'owner-id': ({ accountId }) => [accountId],
  'owner-alias': ({ isPublic }) => [isPublic ? 'amazon' : undefined],
  description: ({ description }) => [description],
  encrypted: ({ encryption }) => [String(encryption !== undefined)],
  'start-time': ({ createdAt }) => [iso(createdAt)],
  'storage-tier': () => ['standard'],
};

export const describeSnapshots = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeSnapshots',
    input: {
      SnapshotId: texts.optional(),
      Owner: texts.optional(),
      RestorableBy: texts.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeSnapshots', call)],
    run(input, call) {
      for (const id of input.SnapshotId ?? []) checkId('snap', id);
      const owned = ownedBy(call, input.Owner);
      const restorable = restorableBy(call, input.RestorableBy);
      const all = visible(ec2, usable(ec2, call), input.SnapshotId, snapshotNotFound)
        .map((snapshot) => (snapshot.accountId === call.accountId ? snapshot : { ...snapshot, tags: {} }))
        .filter((snapshot) => owned(snapshot) && restorable(snapshot));
      const { page, nextToken } = pageOf(all.filter(passes(input.Filter, KEYS)), input, { least: 5, most: 1_000 });
      const { manifests } = ec2.storage;
      return {
        snapshotSet: {
          item: page.map((snapshot) => {
            const used = snapshot.state === 'completed' ? manifests.get(snapshot.manifest).used : undefined;
            return snapshotXml(snapshot, call.accountId, ec2.now, used === undefined ? undefined : used * 524_288);
          }),
        },
        nextToken,
      };
    },
  });

/** One's own, those shared with one, and public ones. */
function* usable(ec2: Ec2, call: Call): Generator<Snapshot> {
  yield* ec2.snapshots.in(call.accountId, call.region);
  yield* ec2.snapshots.in(AMAZON_ACCOUNT, '*');
  for (const { key } of ec2.shares.entries(`${call.accountId}/`)) {
    const snapshot = ec2.snapshots.get(key.slice(call.accountId.length + 1));
    if (snapshot && snapshot.accountId !== call.accountId && mayUseSnapshot(call, snapshot)) yield snapshot;
  }
}

const ownedBy = (call: Call, owners: readonly string[] | undefined): ((snapshot: Snapshot) => boolean) => {
  if (!owners || owners.length === 0) return () => true;
  const ids = new Set(owners.map((owner) => (owner === 'self' ? call.accountId : owner)));
  return ({ accountId, isPublic }) => ids.has(accountId) || (isPublic && ids.has('amazon'));
};

/** `all` means public snapshots; one's own id, or `self`, those that one owns or that are shared with one explicitly. */
const restorableBy = (call: Call, users: readonly string[] | undefined): ((snapshot: Snapshot) => boolean) => {
  if (!users || users.length === 0) return () => true;
  const ids = new Set(users.map((user) => (user === 'self' ? call.accountId : user)));
  return ({ accountId, isPublic, sharedWith }) =>
    (isPublic && ids.has('all')) || ids.has(accountId) || sharedWith.some((user) => ids.has(user));
};
