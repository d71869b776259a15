import type { OrderCredentials } from '../../contracts/orders.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Order } from '../../domain/order.ts';
import type { OrderSessions } from '../../ports/tenant-scope.ts';

/** What an order of a kind may reach; nothing that its kind does not need. */
export const issueCredentials = async (
  sessions: OrderSessions,
  order: Order,
  tenant: TenantHypervisor,
): Promise<OrderCredentials> => {
  const { kind, jobId, attempt, tenantId, serviceId, snapshotIds, maintains, rotatesKey, extendsLocks } = order;
  const fills = kind === 'write-segment' || kind === 'complete-snapshots';
  const inLibraryOnly = kind === 'assemble-maps' || kind === 'maintain-library';
  const ofRun = maintains ? 'maintain' : rotatesKey ? 'write' : extendsLocks ? 'lock' : 'read';
  const mode = kind === 'maintain-library' ? ofRun : fills ? 'read' : 'write';
  const [inTenant, library, workArea] = await Promise.all([
    inLibraryOnly ? undefined : sessions.tenant(tenant, jobId, snapshotIds, fills ? 'write' : 'read'),
    kind === 'complete-snapshots' ? undefined : sessions.library(serviceId, tenantId, jobId, mode, order.lockedUntil),
    sessions.workArea(jobId, attempt, `${order.resultPrefix}${order.orderId}-`),
  ]);
  return { ...(inTenant ? { tenant: inTenant } : {}), ...(library ? { library } : {}), workArea };
};
