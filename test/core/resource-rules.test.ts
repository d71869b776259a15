/** O6, O7, O8 as a table: every combination of purpose, transport, accounts and access nodes has its decision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Transport } from '../../core/contracts/plans.ts';
import { askRules, decideResources, type ResourceQuestion, resourceError } from '../../core/domain/resource-rules.ts';

const PROVIDER = '999999999999';
const TENANT = '111111111111';
const question = (change: Partial<ResourceQuestion> = {}): ResourceQuestion => ({
  purpose: 'restore',
  transport: 'ebs-direct',
  tenantAccountId: TENANT,
  nodeAccountId: PROVIDER,
  serviceId: 'hv-0199aaaa-0000-7000-8000-000000000900',
  accessNodes: 'manual',
  vmGroups: 0,
  manualNodes: 0,
  ...change,
});

/** purpose, transport → with nodes in another account, with nodes in the tenant's own. */
const TABLE = {
  restore: { 'ebs-direct': ['allow', 'allow'], hotadd: ['n/a', 'n/a'], 'import-export': ['n/a', 'n/a'] },
  replication: { 'ebs-direct': ['n/a', 'n/a'], hotadd: ['O7', 'n/a'], 'import-export': ['O7', 'n/a'] },
  conversion: { 'ebs-direct': ['n/a', 'n/a'], hotadd: ['O8', 'n/a'], 'import-export': ['n/a', 'n/a'] },
} as const;

const outcomeOf = (asked: ResourceQuestion): string => {
  const decision = decideResources(asked);
  return decision.action === 'refuse' ? decision.rule : decision.action === 'allow' ? 'allow' : 'n/a';
};

test('O7 and O8: whose account the access nodes are in decides, for every purpose and transport', () => {
  let cases = 0;
  for (const purpose of Purpose.options)
    for (const transport of Transport.options)
      for (const [i, nodeAccountId] of [PROVIDER, TENANT].entries()) {
        const outcome = outcomeOf(question({ purpose, transport, nodeAccountId }));
        assert.equal(outcome, TABLE[purpose][transport][i], `${purpose} ${transport} nodes in ${nodeAccountId}`);
        cases += 1;
      }
  assert.equal(cases, 18);
});

test('O6: automatic access nodes need a VM group, or a node that was added by hand', () => {
  const automatic = { accessNodes: 'automatic' } as const;
  assert.equal(outcomeOf(question(automatic)), 'O6');
  assert.equal(outcomeOf(question({ ...automatic, vmGroups: 1 })), 'allow');
  assert.equal(outcomeOf(question({ ...automatic, manualNodes: 1 })), 'allow');
  assert.equal(outcomeOf(question({ accessNodes: 'manual' })), 'allow');
});

test('the operator reads which account’s resources are needed, the tenant nothing of the service side', () => {
  const refusals = [
    question({ purpose: 'replication', transport: 'hotadd' }),
    question({ purpose: 'replication', transport: 'import-export' }),
    question({ purpose: 'conversion', transport: 'hotadd' }),
  ];
  for (const asked of refusals) {
    const error = resourceError(decideResources(asked));
    assert.equal(error?.name, 'RuleViolated');
    assert.match(error?.message ?? '', new RegExp(`needs an access node in ${TENANT}`));
    assert.match(error?.tenantMessage ?? '', new RegExp(TENANT));
    assert.doesNotMatch(error?.tenantMessage ?? '', /hv-|999999999999|access node|hotadd|import-export|transport/);
  }
  const o6 = resourceError(decideResources(question({ accessNodes: 'automatic' })));
  assert.match(
    o6?.message ?? '',
    /access nodes must be added by hand at the service hypervisor before a tenant hypervisor can use it/,
  );
  assert.match(o6?.tenantMessage ?? '', /Your provider has to finish the set-up/);
});

test('what is allowed and not built is refused as not available, never as a rule', () => {
  const error = resourceError(decideResources(question({ transport: 'hotadd' })));
  assert.deepEqual([error?.name, error?.status], ['NotAvailable', 501]);
  assert.equal(resourceError(decideResources(question())), undefined);
});

test('a preview names every rule in order, also behind one that refuses', () => {
  const answers = askRules(question({ purpose: 'replication', transport: 'hotadd', accessNodes: 'automatic' }));
  assert.deepEqual(
    answers.map(({ rule, outcome }) => [rule, outcome]),
    [
      ['O6', 'refused'],
      ['O7', 'refused'],
      ['O8', 'allowed'],
      ['available', 'not available'],
    ],
  );
});
