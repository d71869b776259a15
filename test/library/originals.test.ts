import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { repairLibrary } from '../../library/repair-library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import { onDay, openLockedPlace, random } from './locked-library.ts';

const BLOCKS: Blocks = new Map([
  [1, block('one')],
  [5_000, block('two')],
]);
const sizeBytes = 2 ** 32;

test('whatever hides locked objects, deletes, overwrites, locked overwrites, a lost index, a repair brings them back', async (t) => {
  const place = await openLockedPlace();
  t.after(() => place.close());
  const { store, clock, local, bucket: Bucket } = place;
  place.lock = { mode: 'compliance', until: onDay(60) };
  const library = await openTestLibrary(store, random, () => clock.now());
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: BLOCKS, lock: place.lock });
  const admin = local.client();
  const { Versions = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket }));
  let turn = 0;
  for (const { Key = '', VersionId } of Versions) {
    if (/index\//.test(Key)) {
      await admin.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      continue;
    }
    await assert.rejects(admin.send(new DeleteObjectCommand({ Bucket, Key, VersionId })), { name: 'AccessDenied' });
    switch (turn++ % 3) {
      case 0:
        await admin.send(new DeleteObjectCommand({ Bucket, Key }));
        break;
      case 1:
        await admin.send(new PutObjectCommand({ Bucket, Key, Body: 'garbage' }));
        break;
      default: {
        const { VersionId: later } = await admin.send(new PutObjectCommand({ Bucket, Key, Body: 'locked garbage' }));
        const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(onDay(300)) } as const;
        await admin.send(new PutObjectRetentionCommand({ Bucket, Key, VersionId: later, Retention }));
        await admin.send(new DeleteObjectCommand({ Bucket, Key }));
      }
    }
  }
  for (const planted of [
    `index/${'0'.repeat(32)}`,
    'condemned/99',
    'prune/999999',
    'packs/00/00',
    'points/rp-x',
    'keys/2',
  ])
    await admin.send(
      new PutObjectCommand({
        Bucket,
        Key: `tenants/a/${planted}`,
        Body: 'planted',
        ChecksumAlgorithm: 'CRC32',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(onDay(300)),
      }),
    );
  const options = {
    store,
    holder: 'repair',
    depth: 'everything',
    safetyMs: 0,
    locked: true,
    takeOver: true,
    noteCondemned: async () => undefined,
  } as const;
  const repaired = await repairLibrary(library, options);
  assert.equal(repaired.putBack.length, turn + 1, 'every object that was hidden, and what was no key');
  const planted = ['packs/00/00', 'points/rp-x'];
  const findings = ({ after }: typeof repaired) => after.findings.map(({ key }) => key).sort();
  assert.deepEqual(findings(repaired), planted, 'what somebody added is named, and does no harm');
  assert.deepEqual(
    repaired.lost.map(({ recoveryPointId }) => recoveryPointId),
    ['rp-x'],
  );
  const reader = await openTestLibrary(store, random, () => clock.now());
  assert.equal(difference(await restore(reader, 'rp-1'), BLOCKS), undefined);
  const again = await repairLibrary(library, options);
  assert.deepEqual([again.putBack, findings(again)], [[], planted], 'done again, there is nothing to do');
});
