import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresIn, ROLE_FEATURES } from '../../console/parts/hypervisors/features.ts';
import { ROLE_FEATURES as granted } from '../../infra/permissions/tenant-permissions.ts';

test('of features in an address those are taken that there are, and nothing that every object has', () => {
  assert.deepEqual(featuresIn('restore,__proto__,constructor,toString,backup-copy,,nonsense'), [
    'restore',
    'backup-copy',
  ]);
  assert.deepEqual(featuresIn(null), []);
});

test('everything, as the page names it, is all that an invitation may allow', () => {
  assert.deepEqual([...ROLE_FEATURES].toSorted(), [...granted].toSorted());
});
