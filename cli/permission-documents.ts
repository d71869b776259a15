/** The JSON permissions: what a tenant's role or user has to be allowed, and a service hypervisor's in another account. */
import { readFileSync } from 'node:fs';
import { POLICY_VERSION } from '../core/domain/cloudformation.ts';
import { managementStatements } from '../core/domain/service-access-template.ts';

export const PERMISSION_SIDES = ['tenant', 'tenant-user', 'service'] as const;
export type PermissionSide = (typeof PERMISSION_SIDES)[number];

const shipped = (side: 'tenant' | 'tenant-user'): unknown =>
  JSON.parse(readFileSync(new URL(`../infra/permissions/${side}.json`, import.meta.url), 'utf8'));

/** An IAM policy document. */
export const permissionsOf = (side: PermissionSide): unknown =>
  side === 'service'
    ? // of any deployment: what it may touch is known by its name
      { Version: POLICY_VERSION, Statement: managementStatements({ stage: '*', accountId: '*', region: '*' }) }
    : shipped(side);
