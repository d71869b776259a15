import { openAuditClient, openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createOrderSessions } from '../../adapters/aws/order-sessions.ts';
import { createS3WorkArea } from '../../adapters/aws/s3-work-area.ts';
import { createSfnTaskTokens } from '../../adapters/aws/sfn-task-tokens.ts';
import { sha256, systemClock, within } from '../../adapters/system.ts';
import type { AuditedBrokerDeps } from '../../core/steps/audit/audited-broker.ts';
import type { BrokerDeps } from '../../core/steps/broker/claim-order.ts';
import { type Environment, readConfiguration, wholeNumber } from './configuration.ts';
import { wireTellUncounted } from './usage.ts';

/** A node waits 30 s for its answer. One that has taken an order and was not told of it can never take it again. */
const NOTED_WITHIN_MS = 1_500;
/** Its order's end is written by then; what is not counted in time is made up for when the attempt is cleaned up. */
const COUNTED_WITHIN_MS = 5_000;

export const wireBroker = (environment: Environment): BrokerDeps & Omit<AuditedBrokerDeps, 'answer'> => {
  const { table, auditTable, workBucket, hubRoleArn, workRoleArn, heartbeatSeconds, blockRate, stage, region } =
    readConfiguration(environment, {
      table: 'HOLDFAST_TABLE',
      auditTable: 'HOLDFAST_AUDIT_TABLE',
      workBucket: 'HOLDFAST_WORK_BUCKET',
      hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
      workRoleArn: 'HOLDFAST_WORK_ROLE_ARN',
      heartbeatSeconds: 'HOLDFAST_HEARTBEAT_SECONDS',
      blockRate: 'HOLDFAST_BLOCK_RATE',
      stage: 'HOLDFAST_STAGE',
      region: 'AWS_REGION',
    });
  const { dynamo, s3, secrets, sfn, sts } = openControlPlaneClients(region);
  const catalog = createDynamoCatalog({ client: dynamo, table });
  return {
    catalog,
    audit: createDynamoAuditLog(
      { client: openAuditClient(region), table: auditTable },
      createErrorReport('broker'),
      NOTED_WITHIN_MS,
    ),
    sessions: createOrderSessions({
      sts,
      secrets,
      hubRoleArn,
      workRoleArn,
      workBucket,
      hypervisors: catalog.hypervisors,
      points: catalog.points,
      region,
    }),
    work: createS3WorkArea({ client: s3, bucket: workBucket }),
    tokens: createSfnTaskTokens({ client: sfn }),
    clock: systemClock,
    sha256,
    heartbeatSeconds: wholeNumber('HOLDFAST_HEARTBEAT_SECONDS', heartbeatSeconds),
    blockRate: wholeNumber('HOLDFAST_BLOCK_RATE', blockRate),
    tellUncounted: wireTellUncounted(stage, 'broker', 'CallsNotNotedYet'),
    inTime: within(COUNTED_WITHIN_MS),
  };
};
