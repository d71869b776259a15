import { EC2Client } from '@aws-sdk/client-ec2';
import type { HypervisorView } from '../../core/contracts/api.ts';
import type { InvitationView } from '../../core/contracts/invitations.ts';
import { deployInvitation } from '../deploy-invitation.ts';
import type { Credentials, ExampleTenant } from '../example-accounts.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { deployTenantUser } from '../tenant-user.ts';
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

/** The account is invited, its administrator deploys the template and nothing else, and its hypervisor is added. */
const inviteAndAdd = async (
  local: LocalHoldfast,
  operator: Person,
  { name, accountId }: { name: string; accountId: string },
): Promise<HypervisorView> => {
  const invite = ['tenant', 'invite', '--account', accountId, '--name', name];
  const roleArn = await deployInvitation(local.cloud, await operator.ask<InvitationView>(invite));
  return operator.ask<HypervisorView>(addTenant(name, accountId, ['assume-role', '--role-arn', roleArn]));
};

export const addTenantByRole = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const acme = exampleOf(local, 'acme');
  return tenantOf(local, acme, await inviteAndAdd(local, operator, acme));
};

/** With the key of a user that has the shipped permissions and no more. */
export const addTenantByKey = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const globex = exampleOf(local, 'globex');
  const key = await deployTenantUser(local.cloud, globex.accountId);
  const command = addTenant(globex.name, globex.accountId, ['access-key', '--access-key-id', key.accessKeyId]);
  return tenantOf(local, globex, await operator.ask(command, { HOLDFAST_SECRET_ACCESS_KEY: key.secretAccessKey }));
};

const NEWCOMER = { accountId: '555555555555', name: 'initech' };

/** A third account, that there was not when the others were added. */
export const onboardNewcomer = async (local: LocalHoldfast, operator: Person): Promise<TourTenant> => {
  const { admin } = local.cloud;
  const { accountId, name } = NEWCOMER;
  if (!admin.accounts().some((account) => account.accountId === accountId)) admin.createAccount(accountId, name);
  const allowed = { Effect: 'Allow', Action: ['ec2:*', 'ebs:*', 'execute-api:Invoke'], Resource: '*' } as const;
  admin.putUser({ accountId, name: 'admin', policies: { all: { Version: '2012-10-17', Statement: [allowed] } } });
  const user = admin.createAccessKey(accountId, 'admin');
  return tenantOf(local, { ...NEWCOMER, user }, await inviteAndAdd(local, operator, NEWCOMER));
};
