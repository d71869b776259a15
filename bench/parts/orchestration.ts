/** What a job of many instances takes besides moving data, counted in the local cloud: transitions, invocations, calls. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient } from '../../cli/api-client.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { PRICES } from '../../core/domain/prices.ts';
import { countTransitions } from '../../dev/demo/count-transitions.ts';
import { launchInstance, tenantEc2 } from '../../dev/demo/tenant-instance.ts';
import { startLocalHoldfast } from '../../dev/local-holdfast.ts';
import { setUpHypervisors } from '../../dev/set-up.ts';
import type { Section } from '../report.ts';

export interface OrchestrationPart {
  readonly folder: string;
  readonly counts: readonly number[];
  readonly tell: (line: string) => void;
}

/** Two items, each twice as dear as alone. */
const UNITS_OF_A_TRANSACTION = 4;
const LONGEST_MS = 1_800_000;
/** Data is not what is counted: each volume is empty, and its snapshot too. */
const GIB_OF_A_VOLUME = 1;

export const measureOrchestration = async ({ folder, counts, tell }: OrchestrationPart): Promise<Section> => {
  const dataDir = join(folder, 'orchestration');
  mkdirSync(dataDir);
  const local = await startLocalHoldfast({ dataDir });
  try {
    const tenant = local.accounts.tenants[0];
    if (!tenant) throw new Error('the local cloud has no tenant');
    const { serviceId, queues } = await setUpHypervisors(local, [tenant]);
    local.startNode({ serviceId, queues }, { slots: 4 });
    const credentials = async () => tenant.user;
    const api = createApiClient({ url: new URL(local.apiUrl), region: local.place.region, credentials });
    const ec2 = tenantEc2(local, tenant);
    const rows: string[][] = [];
    for (const count of counts) {
      tell(`orchestration: ${count} instances`);
      const instanceIds: string[] = [];
      while (instanceIds.length < count)
        instanceIds.push((await launchInstance(ec2, `bench-${count}`, [GIB_OF_A_VOLUME])).instanceId);
      const since = local.cloud.trail.mark();
      const { jobId } = await api.call(tenantRoutes.startBackup, { body: { instanceIds } });
      const end = Date.now() + LONGEST_MS;
      for (;;) {
        const job = await api.call(tenantRoutes.getJob, { params: { jobId } });
        if (job.state === 'completed') break;
        if (job.error || Date.now() > end) throw new Error(`${jobId} is ${job.state}: ${job.error?.message}`);
        // seldom: each look is a call that is counted
        await sleep(Math.min(30_000, 500 * count));
      }
      const calls = local.cloud.trail.counts({ since });
      const sum = (which: (call: (typeof calls)[number]) => boolean): number =>
        calls.filter(which).reduce((total, call) => total + call.count, 0);
      const transitions = await countTransitions(local, jobId);
      const invocations = sum(({ service, action }) => service === 'lambda' && action.startsWith('Invoke'));
      const sqs = sum(({ service }) => service === 'sqs');
      const dynamo = ({ service, action }: (typeof calls)[number]) => (service === 'dynamodb' ? action : '');
      const written = sum((call) => /^(Put|Update|Delete)Item$/.test(dynamo(call)));
      const transactions = sum((call) => dynamo(call) === 'TransactWriteItems');
      const batches = sum((call) => dynamo(call) === 'BatchWriteItem');
      const reads = sum((call) => /^(GetItem|Query|BatchGetItem|TransactGetItems)$/.test(dynamo(call)));
      const writeUnits = written + batches + transactions * UNITS_OF_A_TRANSACTION;
      const usd =
        transitions * PRICES.stateTransition +
        invocations * PRICES.lambdaRequest +
        sqs * PRICES.sqsRequest +
        writeUnits * PRICES.dynamoWrite +
        reads * PRICES.dynamoRead;
      rows.push([
        ...[count, transitions, invocations, sqs, written + transactions + batches, reads].map(String),
        ...[sum(() => true), sum(({ account }) => account === tenant.accountId)].map(String),
        (usd * 1_000).toFixed(3),
        ((usd * 1_000) / count).toFixed(3),
      ]);
    }
    return {
      title: 'Orchestration of one job',
      text: `First backups of instances with one empty volume each, with one access node of four slots, counted in the local cloud. Price: state transitions, Lambda requests (not their duration), SQS requests and DynamoDB on demand (a unit for each call, ${UNITS_OF_A_TRANSACTION} for a transaction: a lower bound, since items may be larger) at AWS's list prices for ${PRICES.region} as of ${PRICES.asOf} (core/domain/prices.ts says where from).`,
      head: [
        'instances',
        'state transitions',
        'Lambda invocations',
        'SQS requests',
        'DynamoDB writes',
        'and reads',
        'API calls in all',
        'of these in the tenant account',
        'USD for 1,000 such jobs',
        'USD for 1,000 instances',
      ],
      rows,
    };
  } finally {
    await local.stop();
  }
};
