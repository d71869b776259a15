import type { LibraryRef } from '../contracts/orders.ts';

/**
 * Whether what is at one place is (also) at the other: a tenant's folder below both would be the same. Folders are on the
 * nodes of each service hypervisor: two of one name are two.
 */
export const sharesPlace = (one: LibraryRef, other: LibraryRef): boolean => {
  if (one.kind !== 's3' || other.kind !== 's3' || one.bucket !== other.bucket) return false;
  const [a, b] = [folder(one.prefix), folder(other.prefix)];
  return a.startsWith(b) || b.startsWith(a);
};

const folder = (prefix: string): string => (prefix === '' ? '' : `${prefix}/`);
