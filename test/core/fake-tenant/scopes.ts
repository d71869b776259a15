import type { TenantScopes } from '../../../core/ports/tenant-scope.ts';
import { noPlace } from '../fake-places.ts';
import type { FakeAccount } from './account.ts';
import { fakeImages } from './images.ts';
import { fakeInstances } from './instances.ts';
import { fakeSession, refuse } from './session.ts';
import { fakeSnapshots } from './snapshots.ts';
import { fakeVolumes } from './volumes.ts';

/** Scopes into one account, whichever tenant's they are said to be. */
export const fakeScopes = (account: FakeAccount): TenantScopes => ({
  open: async (tenant, jobId, access) => {
    const session = fakeSession(account, jobId, access);
    return {
      tenantId: tenant.hypervisorId,
      instances: fakeInstances(session),
      volumes: fakeVolumes(session),
      snapshots: fakeSnapshots(session),
      images: fakeImages(session),
      places: access.to === 'survey' ? account.places : noPlace,
      guest: { agent: refuse, send: refuse, result: refuse },
      ours: refuse,
    };
  },
});
