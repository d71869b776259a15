import type { ObjectStore } from '../../core/ports/object-store.ts';
import { cliCredentials } from './cli-credentials.ts';
import { openHttpObjectStore } from './http-object-store.ts';

export interface S3LibraryPlace {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** Absent: AWS's. */
  readonly endpoint: string | undefined;
}

const CONNECTIONS = 8;
/** Of credentials that end: the chain itself fetches new ones five minutes before. */
const LOOK_MS = 60_000;

/** One tenant's library in S3, with the credentials of whoever runs the command. Throws CredentialsProviderError. */
export const openS3Library = async (
  place: S3LibraryPlace,
): Promise<{ readonly store: ObjectStore; readonly close: () => void }> => {
  const provide = cliCredentials(place.region);
  let current = await provide();
  const look = setInterval(() => {
    provide().then(
      (fresh) => {
        current = fresh;
      },
      // what there is goes on until S3 refuses it
      () => undefined,
    );
  }, LOOK_MS).unref();
  const { store, close } = openHttpObjectStore({
    ...place,
    connections: CONNECTIONS,
    credentials: () => current,
    elseLatest: true,
  });
  return {
    store,
    close: () => {
      clearInterval(look);
      close();
    },
  };
};
