import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

type PointCatalog = Pick<Catalog, 'points' | 'hypervisors'>;

const NAMED = 5;

/** `12 (rp-…, rp-…, … and 7 more)` */
export const countAndNames = (names: readonly string[]): string =>
  `${names.length} (${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''})`;

/** A tenant's recovery points that can be restored, or are about to be made. */
export async function* livingPoints(
  points: Pick<Catalog['points'], 'list'>,
  tenantId: HypervisorId,
): AsyncGenerator<RecoveryPoint> {
  for await (const point of everyItem((page) => points.list(tenantId, undefined, page)))
    if (point.state === 'available' || point.state === 'pending') yield point;
}

/** A snapshot's data are in the tenant's own account. */
export const isInLibrary = ({ kind }: RecoveryPoint): boolean => kind !== 'snapshot';

/**
 * A library in S3 is opened by its own role, whoever's nodes read it: what a tenant has there stays restorable under any
 * binding. A folder is on the nodes of its service hypervisor: others do not have it.
 */
const canRead = (service: ServiceHypervisor, library: ServiceHypervisor['mediaAgent']['library']): boolean =>
  library.kind === 's3' ||
  (service.mediaAgent.library.kind === 'disk' && service.mediaAgent.library.path === library.path);

/** Refuses a binding under which a recovery point could not be restored any more, naming them. Errors: Conflict. */
export const refuseIfPointsGoOutOfReach = async (
  { points, hypervisors }: PointCatalog,
  tenant: TenantHypervisor,
  service: ServiceHypervisor,
): Promise<void> => {
  const readable = new Map<HypervisorId, boolean>([[service.hypervisorId, true]]);
  const reads = async (holderId: HypervisorId): Promise<boolean> => {
    const known = readable.get(holderId);
    if (known !== undefined) return known;
    const holder = await hypervisors.get(holderId);
    const answer = holder?.kind === 'service' && canRead(service, holder.mediaAgent.library);
    readable.set(holderId, answer);
    return answer;
  };
  const lost: RecoveryPoint[] = [];
  for await (const point of livingPoints(points, tenant.hypervisorId))
    if (isInLibrary(point) && !(await reads(point.serviceId))) lost.push(point);
  if (lost.length === 0) return;
  const holders = [...new Set(lost.map(({ serviceId }) => serviceId))].join(', ');
  throw new Conflict(
    `Recovery points of this tenant are in a folder that only the access nodes of ${holders} have, and could not be restored on those of ${service.hypervisorId}: ${countAndNames(lost.map(({ recoveryPointId }) => recoveryPointId))}.`,
    { remedy: 'Bind the tenant to the service hypervisor that has them, or wait until retention has removed them.' },
  );
};
