import type { PolicyDocument, Principal } from '../kernel/service.ts';

export interface AccountRecord {
  readonly accountId: string;
  readonly name: string;
  readonly createdAt: number;
}

/** What bounds and extends a user or role beside its inline policies: ARNs of its account's managed policies. */
export interface Attachments {
  readonly attached?: readonly string[];
  /** The permissions boundary. */
  readonly boundary?: string;
}

export interface ManagedPolicyRecord {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  /** `ANPA…` */
  readonly policyId: string;
  /** 1, 2, …: the `v` of the default version. */
  readonly version: number;
  readonly document: PolicyDocument;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, both. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type Policies = Readonly<Record<string, PolicyDocument>>;

export interface UserRecord extends Attachments {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  /** `AIDA…`; another one if the user is deleted and made again. */
  readonly userId: string;
  readonly policies: Policies;
}

export interface RoleRecord extends Attachments {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  /** `AROA…`; another one if the role is deleted and made again. */
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  /** The trust policy as AWS keeps it: users and roles by their unique ids. */
  readonly pinnedTrust: PolicyDocument;
  readonly policies: Policies;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly description?: string;
  /** Milliseconds since 1970; absent in data folders from before it was kept. */
  readonly createdAt?: number;
}

export interface InstanceProfileRecord {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  /** `AIPA…` */
  readonly profileId: string;
  readonly roleName?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface AccessKeyRecord {
  readonly accountId: string;
  /** Absent: the account's root. */
  readonly userName?: string;
}

export interface SessionRecord {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What an access key id stands for. */
export interface Credential {
  readonly secretAccessKey: string;
  /** Sessions only: must come with the request. */
  readonly sessionToken?: string;
  readonly expiresAt?: number;
  readonly principal: Principal;
}
