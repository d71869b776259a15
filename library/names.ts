/** Where objects are, relative to the tenant's place (docs/library-format.md, "Names"). Lower case: disks may fold it. */
export const FORMAT_KEY = 'format';

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Ids of recovery points and volumes become parts of names, so they are checked where they enter. */
const part = (id: string, what: string): string => {
  if (!ID.test(id)) throw new RangeError(`${what} id ${JSON.stringify(id)} is not of 1 to 64 characters of [a-z0-9-]`);
  return id;
};

export const keyName = (number: number): string => `keys/${number}`;
export const packName = (id: string): string => `packs/${id.slice(0, 2)}/${id}`;
export const indexName = (id: string): string => `index/${id}`;
export const pageName = (id: string): string => `pages/${id.slice(0, 2)}/${id}`;
export const mapName = (recoveryPointId: string, volumeId: string): string =>
  `maps/${part(recoveryPointId, 'recovery point')}/${part(volumeId, 'volume')}`;
export const pointName = (recoveryPointId: string): string => `points/${part(recoveryPointId, 'recovery point')}`;
export const condemnedName = (generation: number): string => `condemned/${generation}`;
export const pruneName = (number: number): string => `prune/${number}`;

/** Packs and indexes have random ids of 16 bytes. */
export const RANDOM_ID_BYTES = 16;
