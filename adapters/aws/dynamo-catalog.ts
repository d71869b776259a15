import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Catalog } from '../../core/ports/catalog.ts';
import { createDynamoAccessNodes } from './dynamo-access-nodes.ts';
import { createDynamoApprovals } from './dynamo-approvals.ts';
import { createDynamoEffects } from './dynamo-effects.ts';
import { createDynamoHypervisors } from './dynamo-hypervisors.ts';
import { createDynamoInvitations } from './dynamo-invitations.ts';
import { createDynamoJobs } from './dynamo-jobs.ts';
import { createDynamoLibraryRuns } from './dynamo-library-runs.ts';
import { createDynamoOrders } from './dynamo-orders.ts';
import { createDynamoPlans } from './dynamo-plans.ts';
import { createDynamoProtectedInstances } from './dynamo-protected-instances.ts';
import { createDynamoQuarantine } from './dynamo-quarantine.ts';
import { createDynamoQuotas } from './dynamo-quotas.ts';
import { createDynamoRecoveryPoints } from './dynamo-recovery-points.ts';
import { createDynamoFindings, createDynamoServiceIntents, createDynamoSweeps } from './dynamo-sweeps.ts';
import { createTable } from './dynamo-table.ts';
import { createDynamoUsage } from './dynamo-usage.ts';
import { createDynamoVmGroups } from './dynamo-vm-groups.ts';

/** The catalog on one table (dynamo-table-definition.ts). Make the client with `clientSettings('own', region)`. */
export const createDynamoCatalog = ({ client, table: name }: { client: DynamoDBClient; table: string }): Catalog => {
  const table = createTable(client, name);
  return {
    hypervisors: createDynamoHypervisors(table),
    invitations: createDynamoInvitations(table),
    jobs: createDynamoJobs(table),
    instances: createDynamoProtectedInstances(table),
    points: createDynamoRecoveryPoints(table),
    orders: createDynamoOrders(table),
    quarantine: createDynamoQuarantine(table),
    effects: createDynamoEffects(table),
    quotas: createDynamoQuotas(table),
    vmGroups: createDynamoVmGroups(table),
    plans: createDynamoPlans(table),
    nodes: createDynamoAccessNodes(table),
    libraryRuns: createDynamoLibraryRuns(table),
    approvals: createDynamoApprovals(table),
    findings: createDynamoFindings(table),
    sweeps: createDynamoSweeps(table),
    serviceIntents: createDynamoServiceIntents(table),
    usage: createDynamoUsage(table),
  };
};
