import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel, PolicyDocument, Principal, SessionCredentials } from '../kernel/service.ts';
import { openVault } from '../kernel/vault.ts';
import { makeId, parseIamArn } from './ids.ts';
import { type ManagedPolicies, openManagedPolicies } from './managed-policies.ts';
import { checkPolicy, pinPrincipals } from './policy-documents.ts';
import { checkAttachedQuota, checkInlineQuota, checkTrustQuota } from './policy-quotas.ts';
import type {
  AccessKeyRecord,
  AccountRecord,
  Attachments,
  Credential,
  Policies,
  RoleRecord,
  SessionRecord,
  UserRecord,
} from './records.ts';

/** Accounts, users, roles, keys and sessions. Holds nothing itself: all of it is in the store. */
export interface Directory {
  account(accountId: string): AccountRecord | undefined;
  accounts(): AccountRecord[];
  createAccount(accountId: string, name: string): AccountRecord;
  user(arn: string): UserRecord | undefined;
  putUser(user: UserInput): UserRecord;
  deleteUser(accountId: string, name: string): void;
  role(arn: string): RoleRecord | undefined;
  putRole(role: RoleInput): RoleRecord;
  deleteRole(accountId: string, name: string): void;
  createAccessKey(accountId: string, userName: string | undefined): { accessKeyId: string; secretAccessKey: string };
  deleteAccessKey(accessKeyId: string): void;
  readonly managed: ManagedPolicies;
  /** How many roles and users have the managed policy, attached and as their boundary. */
  usesOf(policyArn: string): { readonly attachments: number; readonly boundaries: number };
  credential(accessKeyId: string): Credential | undefined;
  issue(principal: Principal, durationSeconds: number): SessionCredentials;
  /** A policy with the users and roles that it names replaced by their unique ids. Throws MalformedPolicyDocument. */
  pin(policy: PolicyDocument): PolicyDocument;
}

export interface UserInput extends Attachments {
  readonly accountId: string;
  readonly name: string;
  readonly policies: Policies;
}

export interface RoleInput extends Attachments {
  readonly accountId: string;
  readonly name: string;
  readonly trustPolicy: PolicyDocument;
  readonly policies?: Policies;
  /** 3,600 if absent; 3,600 to 43,200. */
  readonly maxSessionSeconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
  /** Looks up anew who the trust policy names, also where it stays as it is: what UpdateAssumeRolePolicy does. */
  readonly pinAnew?: boolean;
}

/** Sessions never change, and some of them call a thousand times a second. */
const SESSIONS_KEPT = 1_000;

/** Sessions that have ended go when as many new ones as this have come. */
const SWEEP_EVERY = 500;

export const openDirectory = ({
  store,
  clock,
  randomHex,
}: Pick<Kernel, 'store' | 'clock' | 'randomHex'>): Directory => {
  const vault = openVault(store);
  const accounts = store.table<AccountRecord>('iam.accounts');
  const users = store.table<UserRecord>('iam.users');
  const roles = store.table<RoleRecord>('iam.roles');
  const keys = store.table<AccessKeyRecord>('iam.access-keys');
  const sessions = store.table<SessionRecord>('iam.sessions');
  const managed = openManagedPolicies({ store, clock, randomHex });
  const known = new Map<string, Credential>();
  let issued = 0;

  const needAccount = (accountId: string): void => {
    if (!accounts.get(accountId)) throw new AwsError('NoSuchEntity', `There is no account ${accountId}.`, 404);
  };
  /** Throws AwsErrors as IAM does. */
  const checkAttachments = (kind: 'role' | 'user', { attached = [], boundary }: Attachments): Attachments => {
    checkAttachedQuota(kind, attached);
    for (const arn of [...attached, ...(boundary === undefined ? [] : [boundary])]) managed.open(arn);
    return { ...(attached.length > 0 && { attached }), ...(boundary !== undefined && { boundary }) };
  };
  const secretOf = (accessKeyId: string): string =>
    vault.derive(`secret/${accessKeyId}`).toString('base64').slice(0, 40);
  const tokenOf = (accessKeyId: string): string =>
    `IQoJ${Buffer.concat([vault.derive(`token-1/${accessKeyId}`), vault.derive(`token-2/${accessKeyId}`)]).toString('base64')}`;

  const findUser = (arn: string): UserRecord | undefined => {
    const parsed = parseIamArn(arn);
    const user = parsed?.kind === 'user' ? users.get(`${parsed.accountId}/${parsed.name}`) : undefined;
    return user?.arn === arn ? user : undefined;
  };
  const findRole = (arn: string): RoleRecord | undefined => {
    const parsed = parseIamArn(arn);
    const role = parsed?.kind === 'role' ? roles.get(`${parsed.accountId}/${parsed.name}`) : undefined;
    return role?.arn === arn ? role : undefined;
  };
  const pin = (policy: PolicyDocument): PolicyDocument =>
    pinPrincipals(policy, (arn) => findRole(arn)?.roleId ?? findUser(arn)?.userId);

  const readSession = (accessKeyId: string): Credential | undefined => {
    const session = sessions.get(accessKeyId);
    if (!session) return undefined;
    const credential = {
      secretAccessKey: secretOf(accessKeyId),
      sessionToken: tokenOf(accessKeyId),
      expiresAt: session.expiresAt,
      principal: session.principal,
    };
    if (known.size >= SESSIONS_KEPT) known.clear();
    known.set(accessKeyId, credential);
    return credential;
  };

  const sweep = (): void => {
    const ended = [...sessions.entries()].filter(({ value }) => value.expiresAt <= clock.now());
    for (const { key } of ended) sessions.delete(key);
  };

  return {
    account: (accountId) => accounts.get(accountId),
    accounts: () => [...accounts.entries()].map(({ value }) => value),
    createAccount(accountId, name) {
      const account = { accountId, name, createdAt: accounts.get(accountId)?.createdAt ?? clock.now() };
      accounts.put(accountId, account);
      return account;
    },

    user: findUser,
    putUser({ accountId, name, policies, ...more }) {
      needAccount(accountId);
      for (const policy of Object.values(policies)) checkPolicy(policy, 'identity');
      checkInlineQuota('user', name, policies);
      const attachments = checkAttachments('user', more);
      const key = `${accountId}/${name}`;
      const userId = users.get(key)?.userId ?? makeId('AIDA', randomHex);
      const user = { accountId, name, arn: `arn:aws:iam::${accountId}:user/${name}`, userId, policies, ...attachments };
      users.put(key, user);
      return user;
    },
    deleteUser(accountId, name) {
      users.delete(`${accountId}/${name}`);
      const own = [...keys.entries()].filter(({ value }) => value.accountId === accountId && value.userName === name);
      for (const { key } of own) keys.delete(key);
    },

    role: findRole,
    putRole({ accountId, name, trustPolicy, policies = {}, maxSessionSeconds = 3600, tags = {}, ...more }) {
      needAccount(accountId);
      checkTrustQuota(checkPolicy(trustPolicy, 'trust'));
      for (const policy of Object.values(policies)) checkPolicy(policy, 'identity');
      checkInlineQuota('role', name, policies);
      const attachments = checkAttachments('role', more);
      const key = `${accountId}/${name}`;
      const before = roles.get(key);
      // A trust policy that stays as it is is not resolved anew: as with CloudFormation, nothing is sent to IAM.
      const same =
        before && !more.pinAnew && isDeepStrictEqual(before.trustPolicy, JSON.parse(JSON.stringify(trustPolicy)));
      const role: RoleRecord = {
        accountId,
        name,
        arn: `arn:aws:iam::${accountId}:role/${name}`,
        roleId: before?.roleId ?? makeId('AROA', randomHex),
        trustPolicy,
        pinnedTrust: same ? before.pinnedTrust : pin(trustPolicy),
        policies,
        ...attachments,
        maxSessionSeconds,
        tags,
        ...(more.description !== undefined && { description: more.description }),
        createdAt: before ? (before.createdAt ?? 0) : clock.now(),
      };
      roles.put(key, role);
      return role;
    },
    deleteRole: (accountId, name) => roles.delete(`${accountId}/${name}`),

    managed,
    usesOf(arn) {
      const entities: Attachments[] = [...roles.entries(), ...users.entries()].map(({ value }) => value);
      return {
        attachments: entities.filter(({ attached }) => attached?.includes(arn)).length,
        boundaries: entities.filter(({ boundary }) => boundary === arn).length,
      };
    },

    createAccessKey(accountId, userName) {
      needAccount(accountId);
      if (userName !== undefined && !users.get(`${accountId}/${userName}`))
        throw new AwsError('NoSuchEntity', `The user with name ${userName} cannot be found.`, 404);
      const accessKeyId = makeId('AKIA', randomHex);
      keys.put(accessKeyId, userName === undefined ? { accountId } : { accountId, userName });
      return { accessKeyId, secretAccessKey: secretOf(accessKeyId) };
    },
    deleteAccessKey: (accessKeyId) => keys.delete(accessKeyId),

    credential(accessKeyId) {
      const session = known.get(accessKeyId) ?? readSession(accessKeyId);
      if (session) return session;
      const key = keys.get(accessKeyId);
      if (!key) return undefined;
      if (key.userName === undefined)
        return { secretAccessKey: secretOf(accessKeyId), principal: { ...rootOf(key.accountId), accessKeyId } };
      const user = users.get(`${key.accountId}/${key.userName}`);
      return user && { secretAccessKey: secretOf(accessKeyId), principal: { ...principalOfUser(user), accessKeyId } };
    },

    issue(principal, durationSeconds) {
      if (++issued % SWEEP_EVERY === 0) sweep();
      const accessKeyId = makeId('ASIA', randomHex);
      // STS gives whole seconds.
      const expiresAt = Math.floor(clock.now() / 1000 + durationSeconds) * 1000;
      sessions.put(accessKeyId, { principal: { ...principal, accessKeyId, expiresAt }, expiresAt });
      return {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretOf(accessKeyId),
        SessionToken: tokenOf(accessKeyId),
        Expiration: expiresAt / 1000,
      };
    },
    pin,
  };
};

export const rootOf = (accountId: string): Principal => ({
  kind: 'root',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
});

export const principalOfUser = (user: UserRecord): Principal => ({
  kind: 'user',
  accountId: user.accountId,
  arn: user.arn,
  userId: user.userId,
});

export const principalOfRole = (role: RoleRecord, sessionName: string): Principal => ({
  kind: 'assumed-role',
  accountId: role.accountId,
  arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
  userId: `${role.roleId}:${sessionName}`,
  roleArn: role.arn,
  ...(Object.keys(role.tags).length > 0 ? { sessionTags: role.tags } : {}),
});
