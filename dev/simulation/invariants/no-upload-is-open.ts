import type { Invariant } from './invariant.ts';

/** No multipart upload is unfinished in any bucket. */
export const noUploadIsOpen: Invariant = {
  name: 'no upload is open',
  check: async ({ cloud }) =>
    [...cloud.kernel.store.table<{ bucket?: string; key?: string }>('s3.uploads').entries()].map(
      ({ key }) => `the multipart upload ${key} is open`,
    ),
};
