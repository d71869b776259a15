import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerRequest } from '../../core/contracts/orders.ts';
import { NotAllowed, NotFound, TransientFailure } from '../../core/domain/errors.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { createAuditedBroker } from '../../core/steps/audit/audited-broker.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { acme, service } from '../api/world-records.ts';

const id = (prefix: string): string => `${prefix}-0199aaaa-0000-7000-8000-000000000001`;
const CANARY = 'canary-task-token-00000000000000000000';
const claim = { operation: 'claimOrder', orderId: id('ord'), nodeId: id('node'), taskToken: CANARY };
const CALLED = `arn:aws:lambda:eu-central-1:999999999999:function:holdfast-test-broker:${service.hypervisorId}`;

const openBroker = (answer: (event: unknown) => unknown) => {
  let now = 1_000;
  const auditing = createInMemoryAudit({ now: () => now });
  const order = { kind: 'read-segment', jobId: id('job'), tenantId: acme.hypervisorId };
  const broker = createAuditedBroker({
    answer: async (event) => answer(event),
    audit: auditing.audit,
    catalog: { orders: { get: async () => order } } as unknown as Catalog,
    clock: { now: () => now },
  });
  return {
    auditing,
    ask: (event: unknown, called = CALLED) => broker(event, called, 'request-1'),
    advance: (ms: number) => {
      now += ms;
    },
  };
};
const yours = { outcome: 'yours', claim: 1, credentials: { secretAccessKey: 'canary-secret' } };

test('which node got which order of which tenant, and nothing of what came with it', async () => {
  const { ask, auditing } = openBroker(() => yours);
  assert.equal(await ask(claim), yours);
  const [entry] = auditing.written();
  assert.deepEqual(
    [entry?.who, entry?.what, entry?.allowed, entry?.outcome],
    [
      { kind: 'node', principal: id('node') },
      {
        operation: 'broker: claimOrder',
        subjects: [service.hypervisorId, id('node'), id('ord')],
        tenantId: acme.hypervisorId,
        detail: `read-segment of ${id('job')}`,
      },
      true,
      'Done',
    ],
  );
  assert.doesNotMatch(JSON.stringify(auditing.written()), /canary/);
});

test('a message that names no order is written, under the id that the quarantine shows it by', async () => {
  const { ask, auditing } = openBroker(() => ({}));
  const serviceId = service.hypervisorId;
  const report = { operation: 'reportMessage', nodeId: id('node'), serviceId, bytes: 9, receiveCount: 1 };
  await ask({ ...report, sha256: 'ab'.repeat(32) });
  await ask({ ...report, sha256: `${CANARY}` });
  assert.deepEqual(
    auditing.written().map(({ what, allowed, outcome }) => [what.operation, what.subjects, allowed, outcome]),
    [
      ['broker: reportMessage', [serviceId, id('node'), `msg-${'ab'.repeat(20)}`], true, 'Done'],
      ['broker: reportMessage', [serviceId, id('node')], true, 'Done'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(auditing.written()), /canary/);
});

test('an order that is not given out is a refusal; one that another holds, or that is done, is not worth a word', async () => {
  for (const [outcome, written] of [
    ['gone', ['Gone', false]],
    ['held', undefined],
    ['done', undefined],
  ] as const) {
    const { ask, auditing } = openBroker(() => ({ outcome, reason: CANARY }));
    await ask(claim);
    const entry = auditing.written()[0];
    assert.deepEqual(entry && [entry.outcome, entry.allowed], written);
    assert.doesNotMatch(JSON.stringify(auditing.written()), /canary/);
  }
});

test('whatever a node asks and is not allowed is recorded; heartbeats, and failures of ours, are not', async () => {
  const heartbeat = { operation: 'heartbeatNode', nodeId: id('node'), serviceId: service.hypervisorId, held: 0 };
  const outcomes = async (event: unknown, error?: Error, called?: string) => {
    const { ask, auditing } = openBroker(() => {
      if (error) throw error;
      return { drain: false, heartbeatSeconds: 20 };
    });
    if (error) await assert.rejects(ask(event, called), error);
    else await ask(event, called);
    return auditing.written().map(({ what, outcome, who }) => [what.operation, outcome, who.principal]);
  };
  assert.deepEqual(await outcomes(heartbeat), []);
  assert.deepEqual(await outcomes(heartbeat, new TransientFailure('dynamodb')), []);
  assert.deepEqual(await outcomes(heartbeat, new NotFound('removed')), [
    ['broker: heartbeatNode', 'NotFound', id('node')],
  ]);
  assert.deepEqual(await outcomes(claim, new NotAllowed('not yours'), 'arn:aws:lambda:x:1:function:broker'), [
    ['broker: claimOrder', 'NotAllowed', id('node')],
  ]);
  const malformed = BrokerRequest.safeParse({ operation: CANARY }).error;
  assert.deepEqual(await outcomes({ operation: CANARY, nodeId: CANARY }, malformed), [
    ['broker: (no operation)', 'ZodError', '(no node)'],
  ]);
  const register = { ...heartbeat, operation: 'registerNode' };
  assert.deepEqual(await outcomes(register), [['broker: registerNode', 'Done', id('node')]]);
});

test('without the audit log orders are given out all the same, which is reported; a node’s flood is cut', async () => {
  const { ask, auditing, advance } = openBroker(() => ({ outcome: 'gone', reason: 'no such order' }));
  for (let n = 0; n < 200; n += 1) await ask(claim);
  assert.equal(auditing.written().length, 60);
  advance(60_000);
  await ask(claim);
  assert.equal(auditing.written().at(-1)?.leftOut, 140);
  const many = openBroker(() => ({ heartbeatSeconds: 20 }));
  const register = (n: number) => ({ operation: 'registerNode', nodeId: `node-${String(n).padStart(12, '0')}` });
  for (let n = 0; n < 1_000; n += 1) await many.ask(register(n));
  assert.equal(many.auditing.written().length, 300, 'whatever it calls itself: by its service hypervisor');
  many.advance(60_000);
  await many.ask(register(1_000));
  assert.equal(many.auditing.written().at(-1)?.leftOut, 700);
  const other = openBroker(() => yours);
  other.auditing.trouble.error = new Error('the table is gone');
  assert.equal(await other.ask(claim), yours);
  assert.equal(other.auditing.reported.length, 1);
});
