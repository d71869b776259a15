/** A request that waits for a second person, and what became of it. */
import type { ApprovalState, ProtectedOperation } from '../contracts/approvals.ts';
import type { AuditAnchor } from '../contracts/audit.ts';
import type { ApprovalId, HypervisorId, RecoveryPointId } from '../contracts/ids.ts';
import type { HypervisorAuth } from './hypervisor.ts';
import type { JobError } from './job.ts';
import type { Audience } from './problems.ts';

export interface Approval {
  readonly approvalId: ApprovalId;
  readonly tenantId: HypervisorId;
  readonly operation: ProtectedOperation;
  readonly subject: string;
  readonly what: readonly string[];
  readonly askedBy: Audience['kind'];
  /** ARN. */
  readonly requestedBy: string;
  /** ms since 1970 */
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** An AskedRequest as JSON: text, so that its hash stays the same wherever it is kept. */
  readonly request: string;
  readonly requestHash: string;
  /** Hash of what it would change, as it was when it was asked for: if that has become another, it is void. */
  readonly basisHash: string;
  readonly state: Exclude<ApprovalState, 'expired'>;
  /** Counts the changes of this record: each is made to the one that was read, or not at all. */
  readonly revision: number;
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  /** The audit log's entry of that: what has none there was not approved, whatever this record says. */
  readonly audited?: AuditAnchor;
  /** Another approver, who sent it again after it was interrupted. */
  readonly resumedBy?: string;
  /** Of a retention run: what it may remove, and nothing else. */
  readonly removes?: readonly RecoveryPointId[];
  /** What was done, in a sentence. */
  readonly result?: string;
  readonly reason?: string;
  /** When it was begun with last, and how often. */
  readonly triedAt?: number;
  readonly tries?: number;
  readonly endedAt?: number;
  readonly error?: JobError;
}

/** What was asked for, with nothing left out: this and nothing else is performed. */
export interface AskedRequest {
  readonly tenantId: HypervisorId;
  readonly operation: ProtectedOperation;
  readonly requestedBy: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Three days: over a weekend. */
export const WAITS_FOR_MS = 72 * 3_600_000;

export const stateOf = ({ state, expiresAt }: Approval, now: number): ApprovalState =>
  state === 'waiting' && expiresAt <= now ? 'expired' : state;

/**
 * Who is behind an ARN: the account, and the user's or the session's name. The operators' and the approvers' roles can be
 * assumed under one's own user name only, so both are the same for the same person.
 */
export const personOf = (arn: string): string => {
  const [, , , , account = '', ...resource] = arn.split(':');
  const name = resource.join(':').split('/').at(-1) ?? '';
  return `${account}/${name.toLowerCase()}`;
};

interface Place {
  readonly controlPlaneAccountId: string;
  readonly stage: string;
}

const sessionOf = (arn: string, { controlPlaneAccountId, stage }: Place, role: 'approver' | 'operator'): boolean =>
  new RegExp(`^arn:[\\w-]+:sts::${controlPlaneAccountId}:assumed-role/holdfast-${stage}-${role}/[^/]+$`).test(arn);

/** A session of the approvers' role, which reaches approvals and nothing else. */
export const isApprover = (arn: string, place: Place): boolean => sessionOf(arn, place, 'approver');

/**
 * An IAM user, or a session of the operators' role: its name is proven. A session of any other role could have been named
 * after somebody else.
 */
export const isKnownByName = (arn: string, place: Place): boolean =>
  sessionOf(arn, place, 'operator') ||
  new RegExp(`^arn:[\\w-]+:iam::${place.controlPlaneAccountId}:user/.+$`).test(arn);

/**
 * Whether that is who the deployment is in a tenant's account: the user of its access key or a session made from it, or a
 * session of its role. Of a key whose user is not known, any user of the account may be it.
 */
export const isTheWayIn = (arn: string, auth: HypervisorAuth, accountId: string): boolean => {
  if (auth.method === 'access-key') {
    const isSession = new RegExp(`^arn:[\\w-]+:sts::${accountId}:federated-user/`).test(arn);
    return isSession || (auth.userArn === undefined ? /:(user\/.+|root)$/.test(arn) : arn === auth.userArn);
  }
  if (auth.method !== 'assume-role') return false;
  const role = auth.roleArn.split('/').at(-1) ?? '';
  return arn.split(':')[4] === accountId && arn.split(':').slice(5).join(':').startsWith(`assumed-role/${role}/`);
};
