import type { EBSClient } from '@aws-sdk/client-ebs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Ids } from '../../core/ports/clock.ts';

/** What the parts of a scope share: clients with one tenant's session, and how their errors are named. */
export interface TenantReach {
  readonly ec2: EC2Client;
  readonly ebs: EBSClient;
  readonly ssm: SSMClient;
  readonly ids: Ids;
  /** The job in whose name it reaches: the session's SourceIdentity. */
  readonly jobId: string;
  wait(ms: number): Promise<void>;
  /** Errors: TenantAccessLost, TransientFailure; others as the SDK threw them. */
  call<T>(action: string, run: () => Promise<T>): Promise<T>;
}
