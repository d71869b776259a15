import { AwsError } from '../kernel/errors.ts';
import type { Filters } from './schema.ts';
import type { Tags } from './tags.ts';

/** What a filter's name means for a kind of resource: the values of a resource, any of which may match. */
export type FilterKeys<T> = Readonly<Record<string, (resource: T) => readonly (string | undefined)[]>>;

/** Whether a resource passes: all filters, any value of each; `*` and `?` are wildcards. Throws on unknown names. */
export const passes = <T extends { readonly tags: Tags }>(
  filters: Filters | undefined,
  keys: FilterKeys<T>,
): ((resource: T) => boolean) => {
  const tests = (filters ?? []).map(({ Name, Value = [] }) => {
    const read = reader(Name, keys);
    const patterns = Value.map(toPattern);
    return (resource: T) =>
      read(resource).some((actual) => actual !== undefined && patterns.some((pattern) => pattern.test(actual)));
  });
  return (resource) => tests.every((test) => test(resource));
};

const reader = <T extends { readonly tags: Tags }>(
  name: string,
  keys: FilterKeys<T>,
): ((resource: T) => readonly (string | undefined)[]) => {
  if (name.startsWith('tag:')) {
    const key = name.slice(4);
    return ({ tags }) => [Object.hasOwn(tags, key) ? tags[key] : undefined];
  }
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags);
  const read = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (!read) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return read;
};

/** `*` any run of characters, `?` one; a backslash takes a wildcard's meaning away. */
const toPattern = (value: string): RegExp => {
  const source = value.replaceAll(/\\([*?\\])|([*?])|([.+^${}()|[\]\\])/g, (_, escaped, wildcard, special) =>
    escaped ? `\\${escaped}` : wildcard ? (wildcard === '*' ? '[\\s\\S]*' : '[\\s\\S]') : `\\${special}`,
  );
  return new RegExp(`^${source}$`);
};
