import type { Principal } from '../kernel/service.ts';

/** One call, in the words of CloudTrail's records. */
export interface TrailRecord {
  /** ISO 8601, by the cloud's clock. */
  readonly eventTime: string;
  readonly eventID: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly userIdentity: UserIdentity;
  readonly requestParameters?: unknown;
  readonly resources?: readonly { readonly ARN: string; readonly accountId: string }[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestID: string;
}

export interface UserIdentity {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'FederatedUser' | 'AWSService';
  readonly principalId: string;
  readonly arn: string;
  readonly accountId: string;
  readonly accessKeyId?: string;
  readonly sourceIdentity?: string;
  /** The role's ARN, or the user's of a federated user. */
  readonly sessionIssuer?: string;
  /** The service that made the call on the caller's behalf. */
  readonly invokedBy?: string;
}

const TYPES = {
  root: 'Root',
  user: 'IAMUser',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  service: 'AWSService',
} as const;

export const userIdentity = (principal: Principal): UserIdentity => {
  const sessionIssuer = principal.roleArn ?? principal.userArn;
  return {
    type: TYPES[principal.kind],
    principalId: principal.userId,
    arn: principal.arn,
    accountId: principal.accountId,
    ...(principal.accessKeyId === undefined ? {} : { accessKeyId: principal.accessKeyId }),
    ...(principal.sourceIdentity === undefined ? {} : { sourceIdentity: principal.sourceIdentity }),
    ...(sessionIssuer === undefined ? {} : { sessionIssuer }),
    ...(principal.viaService === undefined ? {} : { invokedBy: `${principal.viaService}.amazonaws.com` }),
  };
};
