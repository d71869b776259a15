import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { readConfiguration } from '../../access-node/configuration.ts';
import { createLog } from '../../access-node/log.ts';
import { asOrderError } from '../../access-node/order-errors.ts';
import { stopOnSignals } from '../../access-node/stop-on-signals.ts';
import * as library from '../../library/errors.ts';
import { log } from './fakes.ts';

const uuid = () => '0192f0c1-2345-7abc-8def-0123456789ab';
const complete = {
  AWS_REGION: 'eu-central-1',
  HOLDFAST_BROKER_FUNCTION: 'holdfast-broker',
  HOLDFAST_SERVICE_ID: 'hv-00000001',
  HOLDFAST_QUEUES: 'https://sqs/restores, https://sqs/others',
};

test('a node that is told only where the control plane is has sensible settings for the rest', () => {
  const configuration = readConfiguration(complete, uuid);
  assert.deepEqual(configuration.queueUrls, ['https://sqs/restores', 'https://sqs/others']);
  assert.equal(configuration.nodeId, `node-${uuid()}`);
  assert.equal(configuration.visibilitySeconds, 60);
  assert.equal(configuration.connections, 64);
  assert.equal(configuration.graceSeconds, 30);
  assert.equal(configuration.transport, 'http');
  assert.equal(configuration.level, 'default');
  assert.equal(configuration.s3Endpoint, undefined);
  assert.ok(configuration.slots >= 1);
  assert.ok(Object.isFrozen(configuration));
});

test('everything that is missing or wrong is named at once', () => {
  const wrong = { HOLDFAST_SLOTS: 'many', HOLDFAST_TRANSPORT: 'carrier pigeon', HOLDFAST_NODE_ID: 'Node 1' };
  assert.throws(
    () => readConfiguration(wrong, uuid),
    (error: Error) => {
      for (const name of [
        'AWS_REGION',
        'HOLDFAST_BROKER_FUNCTION',
        'HOLDFAST_QUEUES',
        'HOLDFAST_SERVICE_ID',
        'HOLDFAST_SLOTS',
        'HOLDFAST_TRANSPORT',
        'HOLDFAST_NODE_ID',
      ])
        assert.match(error.message, new RegExp(name));
      return error.name === 'BadConfiguration';
    },
  );
});

test('no token, secret or credential gets into the log, however deep it is or whatever quotes it', () => {
  const written: string[] = [];
  const canary = 'CANARYcanaryCANARY';
  const long = `${canary}${'A'.repeat(200)}`;
  const quoting = new Error(`TaskTimedOut: token ${long} was refused for AKIAIOSFODNN7EXAMPLE`);
  createLog(
    (line) => written.push(line),
    () => 0,
  )
    .with({ taskToken: canary, orderId: 'ord-00000001' })
    .info('hello', {
      order: { credentials: { tenant: { secretAccessKey: canary, sessionToken: canary } } },
      error: quoting,
      message2: [{ authorization: canary }],
      receipt: canary,
      body: canary,
      bytes: Buffer.from(canary),
      counters: { transferred: 7 },
    });
  const [line = ''] = written;
  assert.equal(line.includes('CANARY'), false, line);
  assert.equal(line.includes('AKIA'), false, line);
  const record = JSON.parse(line);
  assert.equal(record.orderId, 'ord-00000001');
  assert.equal(record.counters.transferred, 7);
  assert.match(record.error.message, /TaskTimedOut/);
});

test('SIGTERM, SIGINT, Ctrl-Break and the message "stop" all stop the node; the second time without grace', () => {
  for (const event of ['SIGTERM', 'SIGINT', 'SIGBREAK', 'message']) {
    const source = new EventEmitter();
    const { stop, hurry } = stopOnSignals(source, log);
    source.emit('message', 'something else');
    assert.equal(stop.aborted, false);
    source.emit(event, event === 'message' ? 'stop' : event);
    assert.deepEqual([stop.aborted, hurry.aborted], [true, false]);
    source.emit(event, event === 'message' ? 'stop' : event);
    assert.equal(hurry.aborted, true);
  }
});

test("the library's errors end an order under the names that the state machines know", () => {
  const cases: [Error, string][] = [
    [new library.CorruptObject({ key: 'packs/aa', kind: 'pack', check: 'tag' }), 'CorruptObject'],
    [new library.MissingObject({ key: 'packs/aa', kind: 'pack' }), 'MissingObject'],
    [new library.WrongKey('no'), 'LibraryUnavailable'],
    [new library.UnsupportedFormat('9'), 'LibraryUnavailable'],
    [new library.LibraryFull('full'), 'LibraryFull'],
    [new library.ConflictingObject('maps/x', 'other'), 'FenceRaised'],
    [new library.IncompleteMap([3]), 'MissingObject'],
    [new TypeError('a bug'), 'TransientFailure'],
  ];
  for (const [error, name] of cases) {
    const ended = asOrderError(error);
    assert.equal(ended.name, name);
    assert.ok(ended.message.includes(error.message));
    assert.ok(ended === error || ended.cause === error);
  }
});
