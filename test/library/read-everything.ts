import type { ObjectStore } from '../../core/ports/object-store.ts';
import { latestGeneration, readCondemned } from '../../library/condemned.ts';
import { openKeyObject } from '../../library/key-object.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { verifyPack } from '../../library/pack-object.ts';
import { listPoints, readPoint } from '../../library/recovery-point.ts';
import { openTenantKeys } from '../../library/tenant-keys.ts';
import { readMap, readPage } from '../../library/volume-map.ts';
import { IDENTITY, RECOVERY, restore, WRAPPER } from './backup.ts';

const noRandom = (): never => {
  throw new Error('reading needs no randomness');
};

export const reopen = async (store: ObjectStore): Promise<Library> => {
  const keys = await openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
  const library = openLibrary({ store, keys, random: noRandom, now: () => 0 });
  await library.index.refresh();
  return library;
};

/** Reads every object in every way there is; throws at the first that is not what it was. Returns all points' blocks. */
export const readEverything = async (store: ObjectStore): Promise<Map<string, Map<number, Buffer>>> => {
  for await (const { key } of store.list('keys/')) {
    const number = Number(key.slice('keys/'.length));
    const bytes = (await store.get(key))?.bytes ?? Buffer.alloc(0);
    await openKeyObject(number, bytes, IDENTITY, { by: 'wrapper', wrapper: WRAPPER });
    await openKeyObject(number, bytes, IDENTITY, { by: 'recovery', recoveryKey: RECOVERY.privateKey });
  }
  const library = await reopen(store);
  for (let generation = await latestGeneration(store); generation > 0; generation--)
    await readCondemned(library, generation);
  for await (const { key } of store.list('packs/'))
    await verifyPack(store, library.keys, key.slice('packs/xx/'.length));
  const restored = new Map<string, Map<number, Buffer>>();
  for await (const point of listPoints(library)) {
    const document = await readPoint(library, point);
    for (const { volumeId } of document.volumes) {
      const map = await readMap(library, point, volumeId);
      for (const { page } of map.pages) await readPage(library, map, page);
      restored.set(`${point}/${volumeId}`, await restore(library, point, volumeId));
    }
  }
  return restored;
};
