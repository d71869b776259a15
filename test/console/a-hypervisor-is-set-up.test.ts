import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, draftFrom, problemsOf } from '../../console/parts/hypervisors/add/draft.ts';
import { checkedOf, isSetUp } from '../../console/parts/hypervisors/add/steps.ts';

const SERVICE = 'hv-0199aaaa-0000-7000-8000-000000000900';

test('a tenant’s hypervisor is set up once it is bound, a service’s once what its template makes is there', () => {
  assert.equal(isSetUp({ kind: 'tenant' }), false);
  assert.equal(isSetUp({ kind: 'tenant', boundTo: SERVICE }), true);
  assert.equal(isSetUp({ kind: 'service', state: 'preparing' }), false);
  assert.equal(isSetUp({ kind: 'service', state: 'ready' }), true);
});

test('permissions that were looked for stand for no other features: what is widened is looked at anew, or gone on with anew', () => {
  const complete = { of: ['snapshot'], complete: true, goOn: false };
  assert.equal(checkedOf(complete, ['snapshot']).complete, true);
  const goOn = { of: ['snapshot'], complete: false, goOn: true };
  for (const others of [[], ['snapshot', 'restore'], ['restore']])
    for (const before of [complete, goOn, undefined])
      assert.deepEqual(checkedOf(before, others), { of: others, complete: false, goOn: false });
});

test('subnets are those of automatic nodes, and one that is none is said at their field', () => {
  const bodyWith = (search: string) => bodyOf(draftFrom(new URLSearchParams(`kind=service&${search}`)), '');
  const two = 'nodeSubnets=subnet-0123456789abcdef0,%20subnet-0123456789abcdef1';
  const named = bodyWith(`accessNodes=automatic&${two}`);
  assert.deepEqual('nodeSubnets' in named && named.nodeSubnets, [
    'subnet-0123456789abcdef0',
    'subnet-0123456789abcdef1',
  ]);
  assert.equal(problemsOf(named).get('nodeSubnets'), undefined);
  assert.equal('nodeSubnets' in bodyWith(two), false, 'nodes that are added by hand are where somebody starts them');
  assert.equal('nodeSubnets' in bodyWith('accessNodes=automatic'), false, 'in the default ones');
  const wrong = problemsOf(bodyWith('accessNodes=automatic&nodeSubnets=subnet-0123456789abcdef0,vpc-1'));
  assert.match(wrong.get('nodeSubnets') ?? '', /^must be a subnet id/);
});
