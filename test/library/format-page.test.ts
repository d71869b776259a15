import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { openTenantKeysWithRecoveryKey } from '../../library/tenant-keys.ts';
import { GOLDEN, goldenVolume } from './golden-volume.ts';

const page = readFileSync(new URL('../../docs/library-format.md', import.meta.url), 'utf8');
const folder = fileURLToPath(GOLDEN.folder);

const said = (name: string): string => {
  const value = new RegExp(`^${name} +([0-9a-f]{32,})`, 'm').exec(page)?.[1];
  assert.ok(value, `the page gives no ${name}`);
  return value;
};
const derive = (ikm: Uint8Array, salt: Uint8Array, info: string): string =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, 32)).toString('hex');
const hex = (name: string): Buffer => Buffer.from(said(name), 'hex');

test("the example in the format's page holds", async () => {
  const { tenant, library, recoveryKey, points } = GOLDEN;
  const store = createDiskStore({ folder });
  const { idKey, dataKeys } = (await openTenantKeysWithRecoveryKey({ store, recoveryKey, tenant, library })).share();
  assert.equal(said('id key'), Buffer.from(idKey).toString('hex'));
  assert.equal(said('data key 1'), Buffer.from(dataKeys[0]?.[1] ?? []).toString('hex'));
  assert.equal(said('block id key'), derive(hex('id key'), Buffer.alloc(0), 'holdfast/1 block id'));
  assert.equal(said('page id key'), derive(hex('id key'), Buffer.alloc(0), 'holdfast/1 page id'));
  const plain = goldenVolume(points[0]).get(12_288) as Buffer;
  assert.equal(said('SHA-256'), createHash('sha256').update(plain).digest('hex'));
  assert.equal(said('block id'), createHmac('sha256', hex('block id key')).update(hex('SHA-256')).digest('hex'));
  const pack = readFileSync(`${folder}packs/${said('pack').slice(0, 2)}/${said('pack')}`);
  assert.equal(said('header'), pack.subarray(0, 48).toString('hex'));
  assert.equal(said('object key'), derive(hex('data key 1'), pack.subarray(16, 48), 'holdfast/1 pack'));
  assert.ok(readFileSync(`${folder}pages/${said('page id').slice(0, 2)}/${said('page id')}`).length > 0);
});

test("the format object in the format's page is the golden library's", () => {
  const [line = '', sum = ''] = readFileSync(`${folder}format`, 'utf8').split('\n');
  assert.ok(page.includes(`${line}\n${sum}\n`));
});
