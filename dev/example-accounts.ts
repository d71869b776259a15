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
  /** A user of the service account who may call the operators' routes, and become an operator. */
  readonly operator: Credentials;
  /** Another user of it, who may become an approver, and nothing else. */
  readonly approver: Credentials;
  readonly tenants: readonly ExampleTenant[];
  readonly otherService: ExampleServiceAccount;
}

export const SERVICE_ACCOUNT = '111111111111';
/** An approver's session has this name: the user's own. */
export const APPROVER = 'sam';
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

const approverUser = ({ admin }: Cloud): Credentials => {
  const role = `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-*-approver`;
  admin.putUser({ accountId: SERVICE_ACCOUNT, name: APPROVER, policies: { approve: allow('sts:AssumeRole', role) } });
  return admin.createAccessKey(SERVICE_ACCOUNT, APPROVER);
};

/** Beyond the two that have names. */
const furtherTenants = (count: number): typeof TENANTS =>
  Array.from({ length: Math.max(0, count) }, (_, index) => ({
    accountId: String(500_000_000_000 + index),
    name: `customer-${index + TENANTS.length + 1}`,
  }));

/**
 * An operator and an approver in the service account, another account to become a service hypervisor, and so many accounts (two at
 * least) to become tenants: with nothing of ours in them before they are invited. Made once a data folder.
 */
export const exampleAccounts = (cloud: Cloud, tenantCount = TENANTS.length): ExampleAccounts => {
  const table = cloud.kernel.store.table<ExampleAccounts>('example-accounts');
  const before: Partial<ExampleAccounts> | undefined = table.get('accounts');
  if (before) {
    // one that an earlier version made has no approver yet
    const whole = { ...(before as ExampleAccounts), approver: before.approver ?? approverUser(cloud) };
    table.put('accounts', whole);
    return whole;
  }
  const { admin } = cloud;

  admin.putUser({
    accountId: SERVICE_ACCOUNT,
    name: 'operator',
    policies: {
      api: allow('execute-api:Invoke', `arn:aws:execute-api:*:${SERVICE_ACCOUNT}:*/*/operator/*`),
      role: allow('sts:AssumeRole', `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-*-operator`),
    },
  });
  const all = [...TENANTS, ...furtherTenants(tenantCount - TENANTS.length)];
  const tenants = all.map(({ accountId, name }): ExampleTenant => {
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
    approver: approverUser(cloud),
    tenants,
    otherService: otherServiceAccount(cloud),
  };
  table.put('accounts', accounts);
  return accounts;
};
