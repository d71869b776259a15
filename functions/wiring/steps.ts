import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createDynamoThrottles } from '../../adapters/aws/dynamo-throttles.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createS3WorkArea } from '../../adapters/aws/s3-work-area.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { sha256, systemClock } from '../../adapters/system.ts';
import { type Environment, readConfiguration, wholeNumber } from './configuration.ts';
import { machinesOf } from './machines.ts';
import { wireTellUncounted } from './usage.ts';

/** What the state machines' steps work with. */
export const wireSteps = (environment: Environment) => {
  const {
    table,
    auditTable,
    workBucket,
    hubRoleArn,
    machines,
    segmentBlocks,
    heartbeatSeconds,
    settleSeconds,
    pruneWindowSeconds,
    stage,
    region,
  } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    workBucket: 'HOLDFAST_WORK_BUCKET',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    machines: 'HOLDFAST_MACHINES',
    segmentBlocks: 'HOLDFAST_SEGMENT_BLOCKS',
    heartbeatSeconds: 'HOLDFAST_HEARTBEAT_SECONDS',
    settleSeconds: 'HOLDFAST_SETTLE_SECONDS',
    pruneWindowSeconds: 'HOLDFAST_PRUNE_WINDOW_SECONDS',
    stage: 'HOLDFAST_STAGE',
    region: 'AWS_REGION',
  });
  const { dynamo, s3, secrets, sfn, sts } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, createErrorReport('steps')),
    scopes: createTenantScopes({
      sts,
      secrets,
      hubRoleArn,
      region,
      throttles: createDynamoThrottles({ client: dynamo, table }, systemClock.now),
    }),
    work: createS3WorkArea({ client: s3, bucket: workBucket }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    clock: systemClock,
    sha256,
    segmentBlocks: wholeNumber('HOLDFAST_SEGMENT_BLOCKS', segmentBlocks),
    heartbeatSeconds: wholeNumber('HOLDFAST_HEARTBEAT_SECONDS', heartbeatSeconds),
    settleSeconds: wholeNumber('HOLDFAST_SETTLE_SECONDS', settleSeconds),
    pruneWindowSeconds: wholeNumber('HOLDFAST_PRUNE_WINDOW_SECONDS', pruneWindowSeconds),
    tellUncounted: wireTellUncounted(stage, 'steps', 'CallsNotCounted'),
  };
};
