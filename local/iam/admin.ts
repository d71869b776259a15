import { AwsError } from '../kernel/errors.ts';
import type { Principal, SessionCredentials } from '../kernel/service.ts';
import {
  type Directory,
  principalOfRole,
  principalOfUser,
  type RoleInput,
  rootOf,
  type UserInput,
} from './directory.ts';
import { isAccountId } from './ids.ts';
import type { ManagedPolicyInput } from './managed-policies.ts';
import type { AccountRecord, ManagedPolicyRecord, RoleRecord, UserRecord } from './records.ts';
import type { VendedCredentials } from './vended-credentials.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Sets up accounts and identities, as who owns an account would. Policies are checked; AwsErrors as IAM's. */
export interface Admin {
  /** 12 digits; the same again only renames. */
  createAccount(accountId: string, name: string): AccountRecord;
  accounts(): AccountRecord[];
  /**
   * Makes a role, or changes it in place (its unique id stays). A trust policy that names users or roles is pinned to
   * their unique ids; naming one that does not exist is refused. Its ARN has no path.
   */
  putRole(role: RoleInput): RoleRecord;
  /** A role made again under the same name has another unique id: who trusted the old one does not trust it. */
  deleteRole(accountId: string, name: string): void;
  role(roleArn: string): RoleRecord | undefined;
  putUser(user: Omit<UserInput, 'policies'> & Partial<UserInput>): UserRecord;
  /** A policy that roles and users can have attached (`attached`), or as their permissions boundary (`boundary`). */
  putManagedPolicy(policy: ManagedPolicyInput): ManagedPolicyRecord;
  deleteUser(accountId: string, name: string): void;
  createAccessKey(accountId: string, userName: string): AccessKey;
  deleteAccessKey(accessKeyId: string): void;
  /** A key of the account's root, who may do everything there. */
  rootAccessKey(accountId: string): AccessKey;
  /** Credentials of a role's session, without asking its trust policy. An hour if no seconds are given. */
  credentialsForRole(roleArn: string, sessionName: string, durationSeconds?: number): SessionCredentials;
  /** For kernel.call. */
  principalForRole(roleArn: string, sessionName: string): Principal;
  principalForUser(userArn: string): Principal;
  rootPrincipal(accountId: string): Principal;
  /**
   * Where a process gets its role's credentials, refreshed: for AWS_CONTAINER_CREDENTIALS_FULL_URI and
   * AWS_CONTAINER_AUTHORIZATION_TOKEN. The role must trust the service (`ec2.amazonaws.com` if none is given). Asked
   * again, also after a restart, it gives the same token.
   */
  vendCredentials(roleArn: string, sessionName: string, servicePrincipal?: string): { uri: string; token: string };
}

export const createAdmin = (directory: Directory, vended: VendedCredentials, endpoint: () => string): Admin => {
  const roleOf = (arn: string): RoleRecord => {
    const role = directory.role(arn);
    if (!role) throw new AwsError('NoSuchEntity', `The role with name ${arn} cannot be found.`, 404);
    return role;
  };
  return {
    createAccount(accountId, name) {
      if (!isAccountId(accountId)) throw new AwsError('ValidationError', `'${accountId}' is not an account id.`);
      return directory.createAccount(accountId, name);
    },
    accounts: () => directory.accounts(),
    putRole: (role) => directory.putRole(role),
    deleteRole: (accountId, name) => directory.deleteRole(accountId, name),
    role: (arn) => directory.role(arn),
    putUser: ({ policies = {}, ...user }) => directory.putUser({ ...user, policies }),
    putManagedPolicy: (policy) => directory.managed.put(policy),
    deleteUser: (accountId, name) => directory.deleteUser(accountId, name),
    createAccessKey: (accountId, userName) => directory.createAccessKey(accountId, userName),
    deleteAccessKey: (accessKeyId) => directory.deleteAccessKey(accessKeyId),
    rootAccessKey: (accountId) => directory.createAccessKey(accountId, undefined),
    credentialsForRole: (arn, sessionName, seconds = 3600) =>
      directory.issue(principalOfRole(roleOf(arn), sessionName), seconds),
    principalForRole: (arn, sessionName) => principalOfRole(roleOf(arn), sessionName),
    principalForUser(arn) {
      const user = directory.user(arn);
      if (!user) throw new AwsError('NoSuchEntity', `The user with name ${arn} cannot be found.`, 404);
      return principalOfUser(user);
    },
    rootPrincipal: rootOf,
    vendCredentials(roleArn, sessionName, servicePrincipal = 'ec2.amazonaws.com') {
      const { name, token } = vended.register(roleOf(roleArn).arn, sessionName, servicePrincipal);
      return { uri: `${endpoint()}/_local/credentials/${name}`, token };
    },
  };
};
