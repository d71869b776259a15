/** Samples of what the API answers about hypervisors, access nodes and permissions. */
import type { AccessNodeView, HypervisorView, PermissionsReport } from '../../core/contracts/api.ts';
import type { InvitationView } from '../../core/contracts/invitations.ts';
import { AT, NODE, SERVICE } from './sample-ids.ts';

export const hypervisorView: HypervisorView = {
  hypervisorId: SERVICE,
  kind: 'service',
  name: 'vault',
  accountId: '999999999999',
  region: 'eu-central-1',
  authMethod: 'iam-role',
  createdAt: AT,
  accessNodes: 'manual',
  library: 's3://vault-bucket/vault-prefix',
  state: 'ready',
};

export const invitationView: InvitationView = {
  accountId: '111122223333',
  name: 'acme',
  region: 'eu-central-1',
  externalId: '0123456789abcdef0123456789abcdef',
  hubRoleArn: 'arn:aws:iam::999999999999:role/holdfast-dev-hub',
  roleArn: 'arn:aws:iam::111122223333:role/holdfast-tenant',
  features: ['snapshot', 'check'],
  invitedAt: AT,
  template: '{"Resources":{}}\n',
};

export const nodeView: AccessNodeView = {
  nodeId: NODE,
  serviceId: SERVICE,
  name: 'worker-1',
  origin: 'manual',
  status: 'busy',
  os: 'linux',
  osVersion: '6.1',
  version: '0.1.0',
  zone: 'eu-central-1a',
  ec2InstanceId: 'i-0aaaaaaaaaaaaaaaa',
  slots: 4,
  held: 3,
  heartbeatAt: AT,
};

export const permissions: PermissionsReport = {
  complete: false,
  checked: [
    { action: 'ec2:CreateSnapshots', feature: 'backups', allowed: true, foundBy: ['simulator', 'dry run'] },
    { action: 'ec2:RunInstances', feature: 'restores', allowed: false, foundBy: ['dry run'] },
  ],
  missing: [
    {
      action: 'ec2:RunInstances',
      feature: 'restores',
      without: 'Instances cannot be restored.',
      foundBy: ['dry run'],
      statement: { Effect: 'Allow', Action: ['ec2:RunInstances'], Resource: ['*'] },
    },
  ],
  probes: [{ what: 'KMS', outcome: 'nothing to probe', detail: 'No job has left an encrypted snapshot yet.' }],
};
