import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../local/cloud.ts';
import type { PolicyDocument } from '../local/kernel/service.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ExampleTenant {
  readonly accountId: string;
  readonly name: string;
  /** A user of the account who administers it, and may call the REST API. */
  readonly user: Credentials;
  readonly roleArn: string;
  readonly externalId: string;
}

/** An account that may become a service hypervisor, besides the deployment's own. */
export interface ExampleServiceAccount {
  readonly accountId: string;
  readonly name: string;
  /** A user of the account who administers it. */
  readonly user: Credentials;
}

export interface ExampleAccounts {
  /** A user of the service account who may call the operators' routes. */
  readonly operator: Credentials;
  readonly tenants: readonly ExampleTenant[];
  readonly otherService: ExampleServiceAccount;
}

export const SERVICE_ACCOUNT = '111111111111';
const OTHER_SERVICE = { accountId: '444444444444', name: 'second service account' };
const TENANTS = [
  { accountId: '222222222222', name: 'acme' },
  { accountId: '333333333333', name: 'globex' },
];

const allow = (action: string | string[], resource: string | string[] = '*'): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
});

const otherServiceAccount = ({ admin }: Cloud): ExampleServiceAccount => {
  const { accountId, name } = OTHER_SERVICE;
  admin.createAccount(accountId, name);
  admin.putUser({
    accountId,
    name: 'admin',
    policies: { all: allow(['ec2:*', 'autoscaling:*', 'iam:*', 's3:*', 'kms:*', 'sts:*']) },
  });
  return { accountId, name, user: admin.createAccessKey(accountId, 'admin') };
};

/**
 * An operator in the service account, another account to become a service hypervisor, and two tenants, each with the one role that a tenant has to make: it trusts the
 * hub role under an ExternalId and carries `infra/permissions/tenant.json`. Made once a data folder.
 */
export const exampleAccounts = (cloud: Cloud, projectDir: string, hubRoleArn: string): ExampleAccounts => {
  const table = cloud.kernel.store.table<ExampleAccounts>('example-accounts');
  const before = table.get('accounts');
  if (before) return before;
  const { admin } = cloud;
  const permissions = JSON.parse(
    readFileSync(join(projectDir, 'infra/permissions/tenant.json'), 'utf8'),
  ) as PolicyDocument;

  admin.putUser({
    accountId: SERVICE_ACCOUNT,
    name: 'operator',
    policies: { api: allow('execute-api:Invoke', `arn:aws:execute-api:*:${SERVICE_ACCOUNT}:*/*/operator/*`) },
  });
  const tenants = TENANTS.map(({ accountId, name }): ExampleTenant => {
    admin.createAccount(accountId, name);
    admin.putUser({
      accountId,
      name: 'admin',
      policies: { all: allow(['ec2:*', 'ebs:*', 'kms:*', 'execute-api:Invoke', 'sts:*']) },
    });
    const externalId = `holdfast-${cloud.kernel.randomHex(16)}`;
    const role = admin.putRole({
      accountId,
      name: 'holdfast-tenant',
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: hubRoleArn },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': externalId } },
          },
          { Effect: 'Allow', Principal: { AWS: hubRoleArn }, Action: ['sts:SetSourceIdentity', 'sts:TagSession'] },
        ],
      },
      policies: { holdfast: permissions },
    });
    return { accountId, name, user: admin.createAccessKey(accountId, 'admin'), roleArn: role.arn, externalId };
  });
  const accounts = {
    operator: admin.createAccessKey(SERVICE_ACCOUNT, 'operator'),
    tenants,
    otherService: otherServiceAccount(cloud),
  };
  table.put('accounts', accounts);
  return accounts;
};
