import type { RecoveryPointView } from '../../contracts/api.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { recoveryPointView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'points'>;
}

/** Errors: NotFound. */
export const createGetRecoveryPoint =
  ({ catalog }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, id: RecoveryPointId): Promise<RecoveryPointView> => {
    const point = await catalog.points.get(tenant.hypervisorId, id);
    if (!point) throw notFound('recovery point', 'recoveryPointId');
    return recoveryPointView(point, audience);
  };
