import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageHandler } from '../../access-node/handle-message.ts';
import { createLog } from '../../access-node/log.ts';
import type { Counters } from '../../core/contracts/orders.ts';
import { createFakes, message, outcome, type Script, yours } from '../access-node/fakes.ts';
import { assertEmf, emfLines } from './emf.ts';

const TENANT = 'hv-0199aaaa-0000-7000-8000-000000000001';
const SERVICE = 'hv-0199aaaa-0000-7000-8000-000000000002';
const libraryAccess = {
  library: { kind: 's3', bucket: 'b', prefix: '', region: 'eu-central-1' },
  tenantId: TENANT,
  libraryId: 'lib-1',
  kmsKeyArn: 'k',
  recoveryPublicKey: 'hfpub1-x',
};
const instanceId = 'i-0123456789abcdef0';

const linesOf = async (script: Script): Promise<string[]> => {
  const lines: string[] = [];
  const nodes = { nodeId: 'node-00000001', serviceId: SERVICE };
  const fakes = createFakes(script);
  const handle = createMessageHandler({
    ...fakes,
    log: createLog((line) => lines.push(line), Date.now, nodes),
    now: Date.now,
    visibilitySeconds: 60,
  });
  await handle(fakes.queue, message, new AbortController().signal);
  return lines;
};

test('a node writes one line of metrics as an order is done, found by job, tenant, instance and node, which are no dimensions', async () => {
  const lines = await linesOf({
    claim: yours({ libraryAccess, instanceId }),
    work: { end: 'done', resultKey: outcome.resultKey },
  });
  const [line, ...more] = emfLines(lines);
  assert.ok(line);
  assert.deepEqual(more, []);
  assertEmf(line);
  const { jobId, tenantId, nodeId, orderId, OrdersDone, OrderSeconds, OrderBytes, OrderBlocks } = line;
  assert.deepEqual(
    [jobId, tenantId, line.instanceId, nodeId, orderId],
    ['job-00000001', TENANT, instanceId, 'node-00000001', 'ord-00000001'],
  );
  assert.deepEqual([OrdersDone, OrderBytes, OrderBlocks], [1, 3 * 524_288, 3]);
  assert.ok(typeof OrderSeconds === 'number' && OrderSeconds >= 0);
  const [directive] = line._aws.CloudWatchMetrics;
  assert.deepEqual([directive?.Namespace, directive?.Dimensions], ['Holdfast', [['serviceId']]]);
  for (const name of Object.keys(outcome.counters) as (keyof Counters)[])
    assert.equal((line.counters as Counters)[name], outcome.counters[name], 'the counters stand there as before');
});

test('an order that fails is counted, with its error; of one of which no library is told the tenant is not named', async () => {
  const error = { name: 'TenantAccessLost', message: 'no permission' };
  const [line, ...more] = emfLines(await linesOf({ claim: yours(), work: { end: 'failed', error } }));
  assert.ok(line);
  assert.deepEqual(more, []);
  assertEmf(line);
  assert.deepEqual([line.OrdersFailed, line.level, 'tenantId' in line], [1, 'error', false]);
  assert.deepEqual((line.error as typeof error).name, error.name);
});

test('what looks like a secret gets into no line of metrics either', () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line), Date.now).with({ sessionToken: 'CANARY', serviceId: SERVICE });
  log.measured('info', 'done', { OrdersDone: { unit: 'Count', value: 1 } }, { authorization: 'CANARY' });
  const [line] = emfLines(lines);
  assert.ok(line && !JSON.stringify(line).includes('CANARY'));
  assertEmf(line);
});
