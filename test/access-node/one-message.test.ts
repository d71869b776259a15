import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createMessageHandler } from '../../access-node/handle-message.ts';
import { noCalls } from '../../core/contracts/billed-calls.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import { BrokerRefused } from '../../core/ports/node-control.ts';
import { createFakes, log, message, orderId, outcome, type Script, taskToken, yours } from './fakes.ts';

const done = { end: 'done', resultKey: outcome.resultKey } as const;
const transient = new TransientFailure('try again');

const handling = (script: Script, visibilitySeconds = 60) => {
  const fakes = createFakes(script);
  const handle = createMessageHandler({
    ...fakes,
    log,
    now: Date.now,
    visibilitySeconds,
    patience: { claimMs: 300, answerMs: 300 },
  });
  const handBack = new AbortController();
  return {
    ...fakes,
    handBack,
    handle: (body = message.body) => handle(fakes.queue, { ...message, body }, handBack.signal),
  };
};

test('an order that is done is recorded first, then answered with what the broker recorded, then its message goes', async () => {
  const node = handling({ work: done });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'complete', 'success', 'delete']);
  assert.deepEqual(node.asked.success, [[taskToken, outcome]]);
  assert.deepEqual(node.asked.complete, [
    { orderId, taskToken, claim: 2, counters: outcome.counters, calls: noCalls, resultKey: outcome.resultKey },
  ]);
});

test('an order that another node has finished is answered with that outcome and not done again', async () => {
  const node = handling({ claim: { outcome: 'done', result: { ...outcome, claim: 1 } } });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'success', 'delete']);
  assert.deepEqual(node.asked.success, [[taskToken, { ...outcome, claim: 1 }]]);
});

test('an order that is gone costs only the deletion of its message', async () => {
  const node = handling({ claim: { outcome: 'gone', reason: 'cancelled' } });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'delete']);
});

test('an order that another node holds is left alone and looked at again soon', async () => {
  const node = handling({ claim: { outcome: 'held' } });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'visibility 20']);
});

test('a message that names no order is shown to operators, and deleted once they can see it', async () => {
  for (const body of ['', '{}', '{"orderId":"../../x","taskToken":"t"}', 'null']) {
    const node = handling({});
    await node.handle(body);
    assert.deepEqual(node.effects(), ['reportMessage', 'delete']);
    const [reported] = node.asked.reportMessage as [Record<string, unknown>];
    assert.deepEqual(
      Object.keys(reported).sort(),
      ['bytes', 'receiveCount', 'sha256'],
      'its body may hold a task token',
    );
    assert.equal(reported.bytes, Buffer.byteLength(body));
  }
});

test('a message that names no order stays while nobody can be told of it', async () => {
  const node = handling({ reportMessage: transient });
  await node.handle('{}');
  assert.equal(node.effects().includes('delete'), false);
});

test('a broker that cannot be reached costs nothing: the message comes back', async () => {
  const node = handling({ claim: transient });
  await node.handle();
  assert.equal(node.effects().includes('delete'), false);
  assert.ok(node.effects().filter((name) => name === 'claim').length > 1, 'asked more than once');
  assert.equal(node.effects().at(-1), 'visibility 20');
});

test('a node that the broker refuses leaves the message to others, and asks once', async () => {
  const node = handling({ claim: new BrokerRefused('NotAllowed', 'not your queue') });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim']);
});

test('a crash between recording the outcome and answering the task is healed by the next node', async () => {
  const first = handling({ work: done, success: transient });
  await first.handle();
  assert.deepEqual(new Set(first.effects()), new Set(['claim', 'start', 'complete', 'success']));
  assert.equal(first.effects().includes('delete'), false, 'the message stays');
  const second = handling({ claim: { outcome: 'done', result: outcome } });
  await second.handle();
  assert.deepEqual(second.effects(), ['claim', 'success', 'delete']);
});

test('an outcome that cannot be recorded is not answered, and the message stays', async () => {
  const node = handling({ work: done, complete: transient });
  await node.handle();
  assert.equal(node.effects().includes('success'), false);
  assert.equal(node.effects().includes('delete'), false);
});

test('a claim that was lost while the work ended is not answered', async () => {
  const node = handling({ work: done, complete: new BrokerRefused('FenceRaised', 'lost') });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'complete']);
});

test('a task that has ended already does not keep the message', async () => {
  const node = handling({ work: done, success: false });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'complete', 'success', 'delete']);
});

test('an order that fails for good is released with the error and failed by its name', async () => {
  const error = { name: 'ChecksumMismatch', message: 'block 7 …' };
  const node = handling({ work: { end: 'failed', error } });
  await node.handle();
  assert.deepEqual(node.effects(), [
    'claim',
    'start',
    'release ChecksumMismatch',
    'failure ChecksumMismatch',
    'delete',
  ]);
  assert.deepEqual(node.asked['failure ChecksumMismatch'], [[taskToken, error]]);
});

test('names and messages of errors are cut to what broker and state machine take', async () => {
  const error = { name: 'N'.repeat(300), message: 'm'.repeat(40_000) };
  const node = handling({ work: { end: 'failed', error } });
  await node.handle();
  const name = 'N'.repeat(256);
  assert.deepEqual(node.asked[`failure ${name}`], [[taskToken, { name, message: 'm'.repeat(8_192) }]]);
});

test('an order that may succeed another time fails as TransientFailure, even when the release fails', async () => {
  const error = { name: 'TransientFailure', message: 'EBS is throttling' };
  const node = handling({ work: { end: 'failed', error }, release: transient });
  await node.handle();
  assert.deepEqual(
    [...new Set(node.effects())],
    ['claim', 'start', 'release TransientFailure', 'failure TransientFailure', 'delete'],
  );
});

test('a cancelled order is stopped with the next heartbeat, released, and its message goes', async () => {
  const node = handling({ heartbeat: { cancelled: true, blockRate: 1 } });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'stop', 'release', 'delete']);
});

test('an order whose heartbeat is refused is stopped, left to whoever has it, and says what it has cost', async () => {
  const node = handling({ heartbeat: new BrokerRefused('FenceRaised', 'claimed by another') });
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'stop', 'release']);
  assert.deepEqual(node.asked.release, [{ orderId, taskToken, claim: 2, counters: outcome.counters, calls: noCalls }]);
});

test('heartbeats report the counters, pass the rate on, and one that fails is followed by the next', async () => {
  let beats = 0;
  const node = handling({
    heartbeat: () => {
      beats += 1;
      if (beats === 1) throw transient;
      return { cancelled: false, blockRate: 7 };
    },
  });
  const handled = node.handle();
  await delay(150);
  node.endWork(done);
  await handled;
  assert.ok(beats >= 2);
  assert.equal(node.running.rate, 7);
  assert.deepEqual((node.asked.heartbeat as { counters: unknown }[])[0]?.counters, outcome.counters);
  assert.equal(node.effects().at(-1), 'delete');
});

test('a lowered rate is confirmed soon, and a share that the broker goes silent about is not used up', async () => {
  let beats = 0;
  const node = handling({
    claim: yours({ heartbeatSeconds: 0.1, blockRate: 50 }),
    heartbeat: () => {
      beats += 1;
      if (beats === 1) return { cancelled: false, blockRate: 20, againSeconds: 0.01 };
      if (beats === 2) return { cancelled: false, blockRate: 20 };
      if (beats < 12) throw transient;
      return { cancelled: false, blockRate: 30 };
    },
  });
  const handled = node.handle();
  await delay(150);
  assert.equal(node.running.rate, 20);
  const told = node.asked.heartbeat?.map((beat) => (beat as { blockRate: number }).blockRate);
  assert.deepEqual(told?.slice(0, 2), [50, 20], 'it says what it was told last');
  await delay(200);
  assert.equal(node.running.rate, 0, 'others may have it by now');
  await delay(300);
  assert.equal(node.running.rate, 30);
  node.endWork(done);
  await handled;
});

test('credentials are asked for before they run out, and at once when one was refused', async () => {
  const soon = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: Date.now() + 60_000 };
  const fresh = { ...soon, expiresAt: Date.now() + 3_600_000 };
  const ageing = handling({
    claim: yours({ credentials: { workArea: soon } }),
    heartbeat: { cancelled: false, blockRate: 1, credentials: { workArea: fresh } },
  });
  let handled = ageing.handle();
  await delay(120);
  ageing.endWork(done);
  await handled;
  const wants = ageing.asked.heartbeat?.map((beat) => (beat as { wantCredentials: boolean }).wantCredentials);
  assert.equal(wants?.[0], true);
  assert.equal(wants?.[1], false, 'the fresh ones last');
  assert.equal(ageing.running.renewed > 0, true);

  const refused = handling({
    claim: yours({ heartbeatSeconds: 30 }),
    heartbeat: { cancelled: false, blockRate: 1, credentials: { workArea: fresh } },
  });
  handled = refused.handle();
  await refused.started;
  refused.running.wantCredentials();
  await delay(30);
  assert.equal(refused.running.renewed, 1, 'not with the heartbeat in 30 s');
  refused.endWork(done);
  await handled;
});

test('a node that stops hands the order back: released without error, visible at once', async () => {
  const node = handling({});
  const handled = node.handle();
  await node.started;
  node.handBack.abort();
  await handled;
  assert.deepEqual(node.effects(), ['claim', 'start', 'stop', 'release', 'visibility 0']);
});

test('the message stays hidden for as long as the order runs', async () => {
  const node = handling({}, 0.06);
  const handled = node.handle();
  await delay(150);
  node.endWork(done);
  await handled;
  const extended = node.calls.filter((name) => name === 'visibility 0.06').length;
  assert.ok(extended >= 3, `extended ${extended} times in 150 ms, every third of 60`);
  const before = node.calls.length;
  await delay(60);
  assert.equal(node.calls.length, before, 'and no longer');
});

test('a receipt that has run out is not extended for ever, and the order goes on', async () => {
  const node = handling({ visibility: false }, 0.06);
  const handled = node.handle();
  await delay(150);
  node.endWork(done);
  await handled;
  assert.equal(node.calls.filter((name) => name === 'visibility 0.06').length, 1);
  assert.equal(node.effects().at(-1), 'delete');
});

test('a second message of an order that runs here waits instead of taking the order from ourselves', async () => {
  const node = handling({});
  const first = node.handle();
  await node.started;
  await node.handle();
  assert.deepEqual(node.effects(), ['claim', 'start', 'visibility 20']);
  node.endWork(done);
  await first;
});
