import { randomBytes } from 'node:crypto';
import { openTenantStore } from '../../adapters/aws/open-tenant-store.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { readIdentity } from '../../library/library-identity.ts';
import { openTenantKeysWithRecoveryKey } from '../../library/tenant-keys.ts';
import type { Run } from './run.ts';

/** Opened with the recovery key alone, as on the day when the control plane is lost. To be called as the inspector. */
export const openLibraryOf = async (
  { cloud, world }: Run,
  tenantId: string,
): Promise<{ readonly library: Library; close(): void }> => {
  const { accountId, region } = world.place;
  const { hostname, pathname } = new URL(world.service.library ?? '');
  const { accessKeyId, secretAccessKey } = cloud.admin.rootAccessKey(accountId);
  const credentials = { accessKeyId, secretAccessKey, sessionToken: '', expiresAt: Number.MAX_SAFE_INTEGER };
  const { store, close } = openTenantStore(
    {
      kind: 's3',
      bucket: hostname,
      prefix: `${pathname.slice(1).replace(/\/?$/, '/')}tenants/${tenantId}`.replace(/^\//, ''),
      region,
    },
    { credentials: () => credentials, pathStyle: true },
  );
  const identity = await readIdentity(store);
  const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey: world.recoveryKey, ...identity });
  const library = openLibrary({ store, keys, random: randomBytes, now: Date.now });
  await library.index.refresh();
  return { library, close };
};
