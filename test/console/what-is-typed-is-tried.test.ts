import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPublicKey } from '../../console/parts/hypervisors/add/recovery-key.ts';
import { texts } from '../../console/texts.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { tenantFeatures } from '../../infra/permissions/tenant-permissions.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';

test('a public recovery key is taken as it was shown, and not with a character mistyped', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { publicKey } = createRecoveryKeyPair(seededBytes(seed));
    assert.equal(await isPublicKey(publicKey), true, publicKey);
    const at = publicKey.length - 1 - seed;
    if (publicKey[at] === '-') continue;
    const mistyped = `${publicKey.slice(0, at)}${publicKey[at] === '7' ? '8' : '7'}${publicKey.slice(at + 1)}`;
    assert.equal(await isPublicKey(mistyped), false, mistyped);
  }
});

test('every feature that a tenant’s permissions are divided by has words', () => {
  assert.deepEqual(Object.keys(texts.hypervisor.features), [...tenantFeatures]);
});
