import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceIn } from '../../console/parts/restore/instance-in.ts';

const KNOWN = [
  { instanceId: 'i-01111111111111111', name: 'shop' },
  { instanceId: 'i-02222222222222222', name: 'web' },
  { instanceId: 'i-03333333333333333', name: 'web' },
  { instanceId: 'i-04444444444444444' },
];

test('who restores may call an instance by its id or its name, and is not led to the wrong one', () => {
  assert.equal(instanceIn(' shop ', KNOWN), 'i-01111111111111111');
  assert.equal(instanceIn('i-09999999999999999', KNOWN), 'i-09999999999999999', 'one that is not listed, too');
  assert.equal(instanceIn('web', KNOWN), undefined, 'two are called so');
  assert.equal(instanceIn('sho', KNOWN), undefined);
  assert.equal(instanceIn('', KNOWN), undefined, 'an instance without a name is not meant by none');
});
