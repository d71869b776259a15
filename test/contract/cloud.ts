/** What the contract of the adapters is run against: the local cloud (local-cloud.ts), or one that others wrote (moto-cloud.ts). */
import { randomUUID } from 'node:crypto';
import type { Credentials } from '../../adapters/aws/clients.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';

export const REGION = 'eu-central-1';
export const FAR_REGION = 'eu-west-1';
export const ZONE = `${REGION}a`;
export const SERVICE_ACCOUNT = '111111111111';

/** The deployment's roles under which the contract calls. A cloud that knows no permissions gives all of them the same. */
export type Role = 'PlanTransferRole' | 'BrokerRole' | 'OperatorApiRole' | 'TickRole';

export interface ContractCloud {
  readonly name: 'the local cloud' | 'moto';
  readonly endpoint: string;
  readonly tenants: readonly [TenantHypervisor, TenantHypervisor];
  readonly hubRoleArn: string;
  /** A machine image that every tenant may launch, and the device of its root volume. */
  readonly image: { readonly id: string; readonly rootDevice: string };
  readonly catalogTable: string;
  readonly workBucket: string;
  /** With versions and Object Lock, and no retention by default. */
  readonly lockedBucket: string;
  as(role: Role): Credentials;
  /** Of someone who may do everything in the control plane's account, or in a tenant's. */
  root(tenant?: 0 | 1): Credentials;
  /** Blocks of 512 KiB, written as an instance would write to its volume. Absent: no instance can. */
  guestWrites?(volumeId: string, block: number, count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Opened before the first test. */
export type TheCloud = () => ContractCloud;

export const freshName = (prefix: string): string => `${prefix}-${randomUUID()}`;
