import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { createEbs } from '../../local/ebs/service.ts';
import { changeEbsSettings } from '../../local/ebs/settings.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import { changeEc2Settings } from '../../local/ec2/settings.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { REGION, TENANT, ZONE } from './cloud.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'local-ec2-'));
const clock = new VirtualClock();
let cloud: Cloud;
before(async () => {
  cloud = await startCloud({ dataDir, clock, services: [createEc2, createEbs] });
  changeEc2Settings(cloud.kernel.store, { copyAtOnceBlocks: 10_000 });
  cloud.admin.createAccount(TENANT, 'tenant');
});
after(async () => {
  await cloud.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const call = async <T = Record<string, never>>(service: string, operation: string, input: unknown): Promise<T> =>
  (await cloud.kernel.call(cloud.admin.rootPrincipal(TENANT), REGION, service, operation, input)) as T;

interface List {
  Blocks: { BlockIndex: number; BlockToken: string }[];
  NextToken?: string;
}

const write = async (volumeId: string, blocks: number): Promise<void> => {
  const headers = { 'x-local-control': cloud.controlToken };
  const body = Buffer.alloc(blocks * 524_288, 1);
  const url = `${cloud.endpoint}/_local/volumes/${volumeId}/data`;
  assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200);
};

const snapshotOf = async (blocks: number): Promise<string> => {
  const { volumeId } = await call<{ volumeId: string }>('ec2', 'CreateVolume', { AvailabilityZone: ZONE, Size: '1' });
  await clock.advance(1_000);
  await write(volumeId, blocks);
  const { snapshotId } = await call<{ snapshotId: string }>('ec2', 'CreateSnapshot', { VolumeId: volumeId });
  await clock.advance(1_000);
  return snapshotId;
};

test('reads over the quota are throttled, and pass a second later', async () => {
  changeEbsSettings(cloud.kernel.store, { getsPerAccount: 10, getsPerSnapshot: 4 });
  const [one, two, three] = [await snapshotOf(1), await snapshotOf(1), await snapshotOf(1)];
  const tokens = new Map<string, string>();
  for (const id of [one, two, three]) {
    let page = await call<List>('ebs', 'ListSnapshotBlocks', { snapshotId: id });
    if (page.Blocks.length === 0) {
      const more = { snapshotId: id, pageToken: page.NextToken };
      page = await call<List>('ebs', 'ListSnapshotBlocks', more);
    }
    tokens.set(id, page.Blocks[0]?.BlockToken ?? '');
  }
  const get = (id: string) =>
    call('ebs', 'GetSnapshotBlock', { snapshotId: id, blockIndex: '0', blockToken: tokens.get(id) ?? '' });
  const reason = (wanted: string) => (error: { code: string; detail: { Reason: string } }) =>
    error.code === 'RequestThrottledException' && error.detail.Reason === wanted;
  for (let i = 0; i < 4; i++) await get(one);
  await assert.rejects(get(one), reason('RESOURCE_LEVEL_THROTTLE'));
  for (let i = 0; i < 4; i++) await get(two);
  await get(three);
  await get(three);
  await assert.rejects(get(three), reason('ACCOUNT_THROTTLED'));
  await clock.advance(1_000);
  for (const id of [one, two, three]) await get(id);

  await clock.advance(7 * 86_400_000);
  await assert.rejects(get(one), { code: 'ValidationException' }, 'a block token lives seven days');
});

test('lists come in pages, some of them empty, and page tokens end after an hour', async () => {
  changeEbsSettings(cloud.kernel.store, { emptyPageEvery: 2 });
  const id = await snapshotOf(250);
  const seen: number[] = [];
  let empty = 0;
  let pages = 0;
  let token: string | undefined;
  do {
    const more = { snapshotId: id, maxResults: '100', ...(token && { pageToken: token }) };
    const page = await call<List>('ebs', 'ListSnapshotBlocks', more);
    pages++;
    if (page.Blocks.length === 0) empty++;
    seen.push(...page.Blocks.map(({ BlockIndex }) => BlockIndex));
    token = page.NextToken;
  } while (token);
  assert.deepEqual(
    seen,
    Array.from({ length: 250 }, (_, i) => i),
  );
  assert.ok(empty >= 1 && pages === 3 + empty, `${pages} pages, ${empty} empty`);

  const first = await call<List>('ebs', 'ListSnapshotBlocks', { snapshotId: id, maxResults: '100' });
  await clock.advance(3_600_001);
  const late = { snapshotId: id, maxResults: '100', pageToken: first.NextToken };
  await assert.rejects(call('ebs', 'ListSnapshotBlocks', late), { code: 'ValidationException' });
  for (const maxResults of ['99', '10001', 'x']) {
    const wrong = call('ebs', 'ListSnapshotBlocks', { snapshotId: id, maxResults });
    await assert.rejects(wrong, { code: 'ValidationException' });
  }
});

test('a snapshot to which nothing is written any more ends in error after its timeout', async () => {
  const { SnapshotId: id } = await call<{ SnapshotId: string }>('ebs', 'StartSnapshot', { VolumeSize: 1, Timeout: 10 });
  const data = Buffer.alloc(524_288, 7);
  const put = () =>
    call('ebs', 'PutSnapshotBlock', {
      snapshotId: id,
      blockIndex: '0',
      dataLength: '524288',
      checksum: 'F0V2u6pQG2iYSW3NbFb0LFhxQwHBjm0ZfgiDSiLAAAA=',
      checksumAlgorithm: 'SHA256',
      data,
    });
  await assert.rejects(put(), { code: 'ValidationException' });
  const state = async () => {
    const shown = await call<{ snapshotSet: { item: { status: string }[] } }>('ec2', 'DescribeSnapshots', {
      SnapshotId: [id],
    });
    return shown.snapshotSet.item[0]?.status;
  };
  await clock.advance(9 * 60_000);
  assert.equal(await state(), 'pending');
  await clock.advance(60_000);
  assert.equal(await state(), 'error');
  await call('ec2', 'DeleteSnapshot', { SnapshotId: id });
});
