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
 * An operator in the service account, another account to become a service hypervisor, and two accounts to become tenants:
 * with nothing of ours in them before they are invited. Made once a data folder.
 */
export const exampleAccounts = (cloud: Cloud): ExampleAccounts => {
  const table = cloud.kernel.store.table<ExampleAccounts>('example-accounts');
  const before = table.get('accounts');
  if (before) return before;
  const { admin } = cloud;

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
    return { accountId, name, user: admin.createAccessKey(accountId, 'admin') };
  });
  const accounts = {
    operator: admin.createAccessKey(SERVICE_ACCOUNT, 'operator'),
    tenants,
    otherService: otherServiceAccount(cloud),
  };
  table.put('accounts', accounts);
  return accounts;
};
