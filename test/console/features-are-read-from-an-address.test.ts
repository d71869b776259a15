import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featuresIn } from '../../console/parts/hypervisors/features.ts';

test('of features in an address those are taken that there are, and nothing that every object has', () => {
  assert.deepEqual(featuresIn('restore,__proto__,constructor,toString,backup-copy,,nonsense'), [
    'restore',
    'backup-copy',
  ]);
  assert.deepEqual(featuresIn(null), []);
});
