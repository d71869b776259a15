import { tenantUserTemplate } from '../../cli/tenant-user-template.ts';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { LATEST_IMAGE } from '../../core/domain/automatic-nodes.ts';
import type { Template } from '../../core/domain/cloudformation.ts';
import { automaticNodesOf, type NodeSettings } from '../../core/domain/nodes-of-service.ts';
import { type ServiceAccessInput, serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import { accessNodesTemplate } from '../../core/domain/service-account-template.ts';
import { tenantRoleTemplate } from '../../core/domain/tenant-role-template.ts';
import { tenantTemplates } from '../../functions/wiring/tenant-templates.ts';
import { ROLE_FEATURES, tenantFeatures, tenantPolicies } from '../../infra/permissions/tenant-permissions.ts';

const region = 'eu-central-1';
const OWN = '999999999999';
const OTHER = '444444444444';
const stage = 'prod';
const roleArn = (name: string): string => `arn:aws:iam::${OWN}:role/holdfast-${stage}-${name}`;

const tenant = { hubRoleArn: roleArn('hub'), externalId: 'holdfast-0199', name: 'holdfast-tenant' };

const access: ServiceAccessInput = {
  stage,
  accountId: OTHER,
  region,
  hubRoleArn: roleArn('hub'),
  brokerRoleArn: roleArn('broker'),
  operatorRoleArn: roleArn('operator-api'),
  externalId: 'holdfast-0199',
};

const hypervisorId = 'hv-01990000-0000-7000-8000-0000000000f7' as HypervisorId;
const software = 's3://my-bucket/holdfast/access-node.tar.gz';
const settings: NodeSettings = {
  stage,
  controlPlaneAccountId: OWN,
  region,
  brokerFunctionArn: `arn:aws:lambda:${region}:${OWN}:function:holdfast-${stage}-broker`,
  nodeImageId: LATEST_IMAGE,
};
const queue = (end: string): string => `https://sqs.${region}.amazonaws.com/${OWN}/holdfast-${stage}-${end}`;
const service = { hypervisorId, accountId: OTHER, region, queues: { restores: queue('r'), work: queue('w') } };
const nodes = { stage, hypervisorId, controlPlaneAccountId: OWN };
const automatic = (of: NodeSettings, zones: readonly string[]) =>
  automaticNodesOf(of, service, zones.length === 0 ? [{}] : zones.map((zone) => ({ zone })));

/** Each template that somebody is handed to deploy elsewhere, by a name for it, in all of its forms. */
export const exportedTemplates = (): Readonly<Record<string, Template>> => ({
  'tenant-role': tenantRoleTemplate(tenant, tenantPolicies(ROLE_FEATURES)),
  'tenant-role-streaming': tenantRoleTemplate(tenant, tenantPolicies(['streaming', 'restore'])),
  'tenant-user': tenantUserTemplate('holdfast-tenant', tenantFeatures),
  'tenant-invited': JSON.parse(tenantTemplates.text(tenant, tenantTemplates.features)),
  'service-access': serviceAccessTemplate(access),
  'service-access-library': serviceAccessTemplate({ ...access, library: { bucket: 'my-library' } }),
  'nodes-by-hand': accessNodesTemplate({ ...nodes, software }),
  'nodes-automatic': accessNodesTemplate({ ...nodes, automatic: automatic(settings, []) }),
  'nodes-automatic-subnets': accessNodesTemplate({
    ...nodes,
    automatic: { ...automatic(settings, []), subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] },
  }),
  'nodes-automatic-software': accessNodesTemplate({
    ...nodes,
    automatic: automatic({ ...settings, nodeSoftware: software }, ['eu-central-1a']),
  }),
});
