import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { HypervisorView } from '../../core/contracts/api.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { deployTemplate } from '../deployment/deploy-template.ts';
import { type Credentials, type ExampleTenant, SERVICE_ACCOUNT } from '../example-accounts.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { createPerson, type Person } from './person.ts';
import type { TourTenant } from './tenant.ts';

const tenantOf = (
  local: LocalHoldfast,
  { name, accountId, user }: { name: string; accountId: string; user: Credentials },
  { hypervisorId }: HypervisorView,
): TourTenant => ({
  ...createPerson(local, user),
  name,
  accountId,
  hypervisorId,
  ec2: new EC2Client({ endpoint: local.cloud.endpoint, region: local.place.region, credentials: user }),
  notes: new Map(),
});

const exampleOf = ({ accounts }: LocalHoldfast, name: string): ExampleTenant => {
  const example = accounts.tenants.find((each) => each.name === name);
  if (!example) throw new Error(`the local cloud has no tenant ${name}`);
  return example;
};

const addTenant = (name: string, accountId: string, auth: readonly string[]): readonly string[] => [
  ...['hypervisor', 'add', 'tenant', '--name', name, '--account', accountId, '--auth', ...auth],
];

export const addTenantByRole = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const acme = exampleOf(local, 'acme');
  const auth = ['assume-role', '--role-arn', acme.roleArn, '--external-id', acme.externalId];
  return tenantOf(local, acme, await operator.ask(addTenant(acme.name, acme.accountId, auth)));
};

/** With the key of a user that has the shipped permissions and no more. */
export const addTenantByKey = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const globex = exampleOf(local, 'globex');
  const { admin } = local.cloud;
  const path = join(local.projectDir, 'infra/permissions/tenant-user.json');
  const permissions = JSON.parse(readFileSync(path, 'utf8')) as PolicyDocument;
  admin.putUser({ accountId: globex.accountId, name: 'holdfast-tenant', policies: { holdfast: permissions } });
  const key = admin.createAccessKey(globex.accountId, 'holdfast-tenant');
  const command = addTenant(globex.name, globex.accountId, ['access-key', '--access-key-id', key.accessKeyId]);
  return tenantOf(local, globex, await operator.ask(command, { HOLDFAST_SECRET_ACCESS_KEY: key.secretAccessKey }));
};

const NEWCOMER = { accountId: '555555555555', name: 'initech' };

/** A third account, whose administrator deploys what `holdfast permissions cloudformation` prints, and nothing else. */
export const onboardNewcomer = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const { admin } = local.cloud;
  const { accountId, name } = NEWCOMER;
  if (!admin.accounts().some((account) => account.accountId === accountId)) admin.createAccount(accountId, name);
  const allowed = { Effect: 'Allow', Action: ['ec2:*', 'ebs:*', 'execute-api:Invoke'], Resource: '*' } as const;
  admin.putUser({ accountId, name: 'admin', policies: { all: { Version: '2012-10-17', Statement: [allowed] } } });
  const user = admin.createAccessKey(accountId, 'admin');
  const externalId = 'tour-newcomer';
  const hubRole = `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-${local.place.stage}-hub`;
  const { template } = await operator.ask<{ template: string }>([
    ...['permissions', 'cloudformation', '--hub-role', hubRole, '--external-id', externalId],
  ]);
  const made = await deployTemplate(local.cloud, { accountId, region: local.place.region }, 'holdfast', template);
  const auth = ['assume-role', '--role-arn', String(made.RoleArn), '--external-id', externalId];
  return tenantOf(local, { ...NEWCOMER, user }, await operator.ask(addTenant(name, accountId, auth)));
};
