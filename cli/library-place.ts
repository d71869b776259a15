import { resolve } from 'node:path';
import type { S3LibraryPlace } from '../adapters/aws/open-s3-library.ts';
import { createDiskStore } from '../adapters/disk/disk-store.ts';
import type { ObjectStore } from '../core/ports/object-store.ts';
import { usageError } from './cli-error.ts';

/** Where one tenant's library is. Structured-cloneable: threads open it for themselves. */
export type LibraryPlace =
  | { readonly kind: 'disk'; readonly folder: string }
  | ({ readonly kind: 's3' } & S3LibraryPlace);

/** Of `s3://bucket/prefix`, or of a folder. */
export const readPlace = (text: string, env: NodeJS.ProcessEnv): LibraryPlace => {
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text);
  if (!s3) {
    if (/^[a-z0-9]+:\/\//i.test(text))
      throw usageError(`"${text}" is neither s3://bucket/prefix nor a folder.`, { field: '--library' });
    return { kind: 'disk', folder: resolve(text) };
  }
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (!region)
    throw usageError('The AWS region of the bucket is not known.', { field: 'AWS_REGION', remedy: 'Set AWS_REGION.' });
  const [, bucket = '', prefix = ''] = s3;
  return { kind: 's3', bucket, prefix, region, endpoint: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL };
};

/** Loads what speaks to AWS only where it is wanted: in every thread it would cost memory for nothing. */
export const openPlace = async (
  place: LibraryPlace,
): Promise<{ readonly store: ObjectStore; readonly close: () => void }> => {
  if (place.kind === 'disk') return { store: createDiskStore({ folder: place.folder }), close: () => undefined };
  const { openS3Library } = await import('../adapters/aws/open-s3-library.ts');
  return openS3Library(place);
};
