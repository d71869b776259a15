import type { AwsError } from '../kernel/errors.ts';
import type { Ec2 } from './ec2.ts';
import type { Resource } from './records.ts';

/**
 * What a Describe call shows: all, or those asked for by id, where one that is missing is an error. Within
 * `describeLagMs` after its making a resource is not seen yet.
 */
export const visible = <T extends Resource>(
  ec2: Ec2,
  resources: Iterable<T>,
  ids: readonly string[] | undefined,
  notFound: (id: string) => AwsError,
): T[] => {
  const { describeLagMs } = ec2.settings;
  const seen = [...resources].filter(({ createdAt }) => createdAt + describeLagMs <= ec2.now);
  if (!ids || ids.length === 0) return seen;
  const wanted = new Set(ids);
  const found = seen.filter(({ id }) => wanted.has(id));
  for (const id of wanted) if (!found.some((resource) => resource.id === id)) throw notFound(id);
  return found;
};
