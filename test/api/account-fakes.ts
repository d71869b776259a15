/** What the API looks at in accounts: a tenant's instances, volumes and snapshots; a service account's nodes. */
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import type { NodeRoles, ServiceAccounts } from '../../core/ports/service-account.ts';
import type {
  DescribedVolume,
  ListedInstance,
  TenantAccess,
  TenantScope,
  TenantScopes,
} from '../../core/ports/tenant-scope.ts';

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
  const deletedSnapshots: { region: string; snapshotId: string }[] = [];
  const opened: { accountId: string; access: TenantAccess }[] = [];
  /** Snapshots that resist. */
  const stuck = new Set<string>();

  const scopes: TenantScopes = {
    async open(tenant, _, access) {
      opened.push({ accountId: tenant.accountId, access });
      return only<TenantScope>('scope', {
        tenantId: tenant.hypervisorId,
        instances: only<TenantScope['instances']>('scope.instances', { list: async () => instances }),
        volumes: only<TenantScope['volumes']>('scope.volumes', {
          describe: async (ids: readonly string[]) => volumes.filter(({ volumeId }) => ids.includes(volumeId)),
        }),
        snapshots: only<TenantScope['snapshots']>('scope.snapshots', {
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
    stuck,
    deletedSnapshots,
    opened,
    scopes,
    serviceAccounts: only<ServiceAccounts>('serviceAccounts', {}),
    nodeRoles: only<NodeRoles>('nodeRoles', {}),
    permissions: {
      check: only<PermissionCheck>('permissions.check', { ask: async () => ({ simulated: false, answers: [] }) }),
      policies: { role: { Statement: [] }, user: { Statement: [] } },
    },
  };
};
