import { openControlPlaneClients, openIamClient, openLambdaClient } from '../../adapters/aws/control-plane-clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { createIamNodeRoles } from '../../adapters/aws/iam-node-roles.ts';
import { createLambdaBrokerNames } from '../../adapters/aws/lambda-broker-names.ts';
import { createLibraryBuckets } from '../../adapters/aws/library-buckets.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createServiceAccounts } from '../../adapters/aws/service-accounts.ts';
import { createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import { freshExternalId } from '../../adapters/system.ts';
import { LATEST_IMAGE } from '../../core/domain/automatic-nodes.ts';
import type { NodeSettings } from '../../core/domain/nodes-of-service.ts';
import { refuseStage } from '../../core/domain/stage.ts';
import type { HypervisorEndpointsDeps } from '../api/hypervisor-endpoints.ts';
import { type Environment, readConfiguration } from './configuration.ts';
import { nodePermissions } from './node-permissions.ts';
import { tenantTemplates } from './tenant-templates.ts';

/** What access nodes are launched with. Image, software and subnets may be set; absent, the image is Amazon's newest. */
export const nodeSettings = (environment: Environment): NodeSettings => {
  const settings = readConfiguration(environment, {
    stage: 'HOLDFAST_STAGE',
    controlPlaneAccountId: 'HOLDFAST_ACCOUNT_ID',
    brokerFunctionArn: 'HOLDFAST_BROKER_FUNCTION_ARN',
    region: 'AWS_REGION',
  });
  refuseStage(settings.stage);
  const {
    HOLDFAST_NODE_IMAGE: nodeImageId,
    HOLDFAST_NODE_SOFTWARE: nodeSoftware,
    HOLDFAST_NODE_SUBNETS: nodeSubnets,
  } = environment;
  return {
    ...settings,
    nodeImageId: nodeImageId || LATEST_IMAGE,
    ...(nodeSoftware ? { nodeSoftware } : {}),
    ...(nodeSubnets ? { nodeSubnets: nodeSubnets.split(',') } : {}),
  };
};

type Wired = Pick<
  HypervisorEndpointsDeps,
  | 'credentials'
  | 'secrets'
  | 'queues'
  | 'serviceAccounts'
  | 'libraryBuckets'
  | 'nodeRoles'
  | 'brokerNames'
  | 'freshExternalId'
  | 'tenantTemplates'
  | 'settings'
>;

/** What operators' routes about hypervisors need besides the catalog. */
export const wireHypervisors = (environment: Environment): Wired => {
  const own = readConfiguration(environment, {
    hubRoleArn: 'HOLDFAST_HUB_ROLE_ARN',
    brokerRoleArn: 'HOLDFAST_BROKER_ROLE_ARN',
    libraryBucket: 'HOLDFAST_LIBRARY_BUCKET',
    libraryRoleArn: 'HOLDFAST_LIBRARY_ROLE_ARN',
    libraryMaintenanceRoleArn: 'HOLDFAST_LIBRARY_MAINTENANCE_ROLE_ARN',
    kmsKeyArn: 'HOLDFAST_LIBRARY_KEY_ARN',
  });
  const { boundaryArn } = readConfiguration(environment, { boundaryArn: 'HOLDFAST_NODE_BOUNDARY_ARN' });
  const nodes = nodeSettings(environment);
  const { region, stage, controlPlaneAccountId: accountId, brokerFunctionArn, nodeSoftware } = nodes;
  const { secrets, sqs, sts } = openControlPlaneClients(region);
  return {
    credentials: createCredentialCheck({ sts, hubRoleArn: own.hubRoleArn }),
    secrets: createSecretsManagerSecrets({ client: secrets }),
    queues: createSqsQueues({ client: sqs }),
    serviceAccounts: createServiceAccounts({ sts, secrets, hubRoleArn: own.hubRoleArn, region, stage }),
    nodeRoles: createIamNodeRoles({
      client: openIamClient(region),
      stage,
      accountId,
      boundaryArn,
      permissions: nodePermissions({
        stage,
        accountId,
        region,
        ...(nodeSoftware === undefined ? {} : { nodeSoftware }),
      }),
    }),
    brokerNames: createLambdaBrokerNames({ client: openLambdaClient(region), brokerFunctionArn }),
    libraryBuckets: createLibraryBuckets(),
    freshExternalId,
    tenantTemplates,
    settings: { ...nodes, ...own, libraryRegion: region },
  };
};
