/** What the API looks at in accounts: a tenant's instances, volumes and snapshots; a service account's nodes. */

import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { BrokerNames, NodeRoles } from '../../core/ports/node-access.ts';
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import type { ServiceAccounts } from '../../core/ports/service-account.ts';
import type { ServicePermissionCheck } from '../../core/ports/service-permission-check.ts';
import type { ListedInstance, TenantInstances } from '../../core/ports/tenant-instances.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { DescribedSnapshot, TenantSnapshots } from '../../core/ports/tenant-snapshots.ts';
import type { DescribedVolume, TenantVolumes } from '../../core/ports/tenant-volumes.ts';
import type { RolePermissions } from '../../core/steps/api/check-service-permissions.ts';
import { everyPlace, noPlace } from '../core/fake-places.ts';

/** Says which call it was that the test did not foresee. */
const unforeseen = (path: string): never =>
  new Proxy(() => {}, {
    get: (_, name) => unforeseen(`${path}.${String(name)}`),
    apply: () => {
      throw new Error(`this test did not foresee ${path}()`);
    },
  }) as never;
const only = <T extends object>(path: string, there: Partial<T>): T =>
  new Proxy(there, {
    get: (_, name) => {
      // a promise asks what it is resolved with whether it is one itself
      if (Reflect.has(there, name) || name === 'then') return Reflect.get(there, name);
      return unforeseen(`${path}.${String(name)}`);
    },
  }) as T;

export const createAccountFakes = () => {
  const instances: ListedInstance[] = [];
  const volumes: DescribedVolume[] = [];
  const snapshots: DescribedSnapshot[] = [];
  const deletedSnapshots: { region: string; snapshotId: string }[] = [];
  const opened: { accountId: string; access: TenantAccess }[] = [];
  /** Accounts whose role lets nobody in. */
  const lost = new Set<string>();
  /** Snapshots that resist. */
  const stuck = new Set<string>();

  const scopes: TenantScopes = {
    async open(tenant, _, access) {
      opened.push({ accountId: tenant.accountId, access });
      if (lost.has(tenant.accountId)) throw new TenantAccessLost(`the role in ${tenant.accountId} is gone`);
      return only<TenantScope>('scope', {
        tenantId: tenant.hypervisorId,
        places: access.to === 'survey' ? everyPlace : noPlace,
        instances: only<TenantInstances>('scope.instances', { list: async () => instances }),
        volumes: only<TenantVolumes>('scope.volumes', {
          describe: async (ids: readonly string[]) => volumes.filter(({ volumeId }) => ids.includes(volumeId)),
        }),
        snapshots: only<TenantSnapshots>('scope.snapshots', {
          describe: async (ids: readonly string[]) => snapshots.filter(({ snapshotId }) => ids.includes(snapshotId)),
          delete: async (snapshotId: string) => {
            if (stuck.has(snapshotId)) throw new Error(`${snapshotId} is in use`);
            deletedSnapshots.push({ region: access.region ?? tenant.region, snapshotId });
          },
        }),
      });
    },
  };
  return {
    instances,
    volumes,
    snapshots,
    lost,
    stuck,
    deletedSnapshots,
    opened,
    scopes,
    serviceAccounts: only<ServiceAccounts>('serviceAccounts', {}),
    nodeRoles: only<NodeRoles>('nodeRoles', {
      ensureNodeRole: async (hypervisorId) => `arn:aws:iam::999999999999:role/node-${hypervisorId}`,
      remove: async () => {},
    }),
    brokerNames: only<BrokerNames>('brokerNames', { ensure: async () => {}, remove: async () => {} }),
    permissions: {
      check: only<PermissionCheck>('permissions.check', {
        ask: async () => ({ simulated: false, answers: [], probes: [] }),
      }),
      policies: { role: { Statement: [] }, user: { Statement: [] }, features: {} },
      service: {
        check: only<ServicePermissionCheck>('permissions.service.check', {
          probe: async () => [],
          principal: async () => 'arn:aws:iam::999999999999:role/holdfast-test-management',
          ask: async () => ({ simulated: false, answers: [] }),
        }),
        roles: (): readonly RolePermissions[] => [],
      },
    },
  };
};
