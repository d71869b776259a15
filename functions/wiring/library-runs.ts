import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { machinesOf } from './machines.ts';

/** What starts library runs by itself. */
export const wireLibraryRuns = (environment: Environment) => {
  const { table, machines, region } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    machines: 'HOLDFAST_MACHINES',
    region: 'AWS_REGION',
  });
  const { dynamo, sfn } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    executions: createSfnExecutions({ client: sfn, machines: machinesOf(machines) }),
    clock: systemClock,
    ids: uuidv7Ids,
    sha256,
  };
};
