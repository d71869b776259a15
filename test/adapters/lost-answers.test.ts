/** The SDK sends a write again when its answer is lost: what took effect must not look refused. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { openTable } from './dynalite-table.ts';
import { A, aJob, anOrder, aTenant, freshId } from './records.ts';

describe('a write whose answer was lost', () => {
  let catalog: Catalog;
  let close: () => void;
  /** Answers still to be lost, of these operations. */
  let lose: { operation: string; times: number } = { operation: '', times: 0 };
  let lost = 0;

  before(async () => {
    const { table, endpoint, close: closeTable } = await openTable();
    const proxy = createServer((incoming, outgoing) => {
      const operation = String(incoming.headers['x-amz-target']).split('.')[1];
      const forward = request(endpoint, { method: incoming.method, headers: incoming.headers }, (answer) => {
        if (lose.operation === operation && lose.times > 0) {
          lose.times--;
          lost++;
          answer.resume();
          answer.on('end', () => outgoing.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forward);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const client = new DynamoDBClient({
      ...clientSettings('own', 'eu-central-1', { accessKeyId: 'test', secretAccessKey: 'test' }),
      endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    catalog = createDynamoCatalog({ client, table });
    close = () => {
      client.destroy();
      proxy.close();
      closeTable();
    };
  });
  after(() => close());

  /** Runs with the first answer of the operation lost, and proves that it was. */
  const losing = async <T>(operation: string, run: () => Promise<T>, times = 1): Promise<T> => {
    lose = { operation, times };
    const before = lost;
    const result = await run().finally(() => {
      lose = { operation: '', times: 0 };
    });
    assert.equal(lost, before + times);
    return result;
  };

  it('counts as done: a job added, and changed from a state that it has left by now', async () => {
    const job = aJob(A);
    assert.equal(await losing('PutItem', () => catalog.jobs.add(job)), true);
    const change = () => catalog.jobs.update(A, job.jobId, { state: 'running' }, ['queued']);
    assert.equal(await losing('UpdateItem', change), true);
    assert.equal(await change(), false, 'a second change is still refused');
  });

  it('counts as done: a hypervisor added', async () => {
    const tenant = aTenant(freshId('hv'), '444444444444');
    assert.equal(await losing('PutItem', () => catalog.hypervisors.add(tenant)), true);
  });

  it('counts once: a lease, and an order claimed', async () => {
    assert.equal((await losing('UpdateItem', () => catalog.instances.lock(A, 'i-00000001', 'me')))?.fence, 1);
    const order = anOrder(aJob(A), 'i-00000001');
    await catalog.orders.add([order]);
    const claimed = await losing('UpdateItem', () => catalog.orders.claim(order.orderId, order, 'node-1', 'hash', 1));
    assert.equal(claimed?.claim, 1);
    assert.equal(claimed?.nodeId, 'node-1');
  });

  it('is a TransientFailure when no answer comes at all', async () => {
    const job = aJob(A);
    await assert.rejects(
      losing('PutItem', () => catalog.jobs.add(job), 2),
      { name: 'TransientFailure' },
    );
  });
});
