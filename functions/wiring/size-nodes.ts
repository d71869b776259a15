import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createServiceAccounts } from '../../adapters/aws/service-accounts.ts';
import { createSqsQueueDepths } from '../../adapters/aws/sqs-queues.ts';
import { systemClock } from '../../adapters/system.ts';
import type { SizeNodesDeps } from '../../core/steps/nodes/size-nodes.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { nodeSettings } from './hypervisors.ts';

export const wireSizeNodes = (environment: Environment): SizeNodesDeps => {
  const { table, hubRoleArn } = readConfiguration(environment, {
    table: 'HOLDFAST_TABLE',
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
  });
  const settings = nodeSettings(environment);
  const { region, stage } = settings;
  const { dynamo, secrets, sqs, sts } = openControlPlaneClients(region);
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    clock: systemClock,
    serviceAccounts: createServiceAccounts({ sts, secrets, hubRoleArn, region, stage }),
    depths: createSqsQueueDepths({ client: sqs }),
    settings,
  };
};
