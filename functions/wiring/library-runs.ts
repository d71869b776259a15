import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoAuditLog } from '../../adapters/aws/dynamo-audit.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { machinesOf } from './machines.ts';

/** What starts library runs by itself. */
export const wireLibraryRuns = (environment: Environment) => {
  const { table, auditTable, machines, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    auditTable: 'HOLDFAST_AUDIT_TABLE',
    machines: 'HOLDFAST_MACHINES',
    region: 'AWS_REGION',
  });
  const { dynamo, sfn } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    audit: createDynamoAuditLog({ client: dynamo, table: auditTable }, createErrorReport('library-runs')),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
  };
};
