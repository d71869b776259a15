import { randomBytes } from 'node:crypto';
import { openHttpObjectStore } from '../../adapters/aws/http-object-store.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { openMended } from '../../library/put-back-originals.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { readPoint } from '../../library/recovery-point.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import { openTenantKeysWithRecoveryKey } from '../../library/tenant-keys.ts';
import { readMap, type VolumeMap } from '../../library/volume-map.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import type { Tenant, World } from '../stories/world.ts';

/** Every block with data of every volume, by its place: SHA-256. */
export type Content = ReadonlyMap<string, string>;

/**
 * A tenant's library as its owner reads it without the control plane and without KMS: by the account's credentials and the
 * offline recovery key.
 */
export const openVault = (world: World, { hypervisorId }: Tenant) => {
  const { cloud, place } = world.local;
  const prefix = `${world.serviceId}/tenants/${hypervisorId}`;
  const credentials = cloud.admin.rootAccessKey(place.accountId);
  const { store, close } = openHttpObjectStore({
    endpoint: cloud.endpoint,
    region: place.region,
    bucket: `holdfast-dev-library-${place.accountId}`,
    prefix,
    credentials: () => credentials,
    connections: 8,
    retry: { attempts: 2, firstDelayMs: 10 },
    lock: () => ({ mode: 'compliance', until: Date.now() + 86_400_000 }),
  });
  const recoveryKey = createRecoveryKeyPair(seededBytes(1)).privateKey;
  const identity = { tenant: hypervisorId, library: world.serviceId.replace(/^hv-/, 'lib-') };
  const openKeys = () => openTenantKeysWithRecoveryKey({ store, recoveryKey, ...identity });
  const outside = { store, random: (count: number) => randomBytes(count), now: Date.now };

  const read = async (points: readonly string[]): Promise<Content> => {
    const library: Library = openLibrary({ ...outside, keys: await openKeys() });
    await library.index.refresh();
    const found = new Map<string, string>();
    for (const point of points) {
      for (const { volumeId } of (await readPoint(library, point)).volumes) {
        const map = await readMap(library, point, volumeId);
        const pages = map.pages.map(({ page }) => page);
        for await (const { index, sha } of openVolumeReader(library, map).blocks(pages))
          found.set(`${point} ${volumeId} ${index}`, sha.toString('hex'));
      }
    }
    return found;
  };

  return {
    prefix,
    store,
    keys: openKeys,
    read,
    async mapOf(point: string, volumeId: string): Promise<VolumeMap> {
      return readMap(openLibrary({ ...outside, keys: await openKeys() }), point, volumeId);
    },
    /** What the run-book says: put back what is hidden, and make the index anew. */
    async repair(): Promise<readonly string[]> {
      const library = openLibrary({ ...outside, keys: await openMended(store, openKeys) });
      const { putBack } = await repairLibrary(library, {
        store,
        holder: 'vault-test',
        takeOver: true,
        noteCondemned: async () => undefined,
        depth: 'everything',
        safetyMs: 0,
        locked: true,
      });
      return putBack;
    },
    close,
  };
};
export type Vault = ReturnType<typeof openVault>;
