/** The same text for whatever differs between one run and the next: ids, accounts, regions, attempts. */
const IDS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID'],
  [/\b(i|vol|snap|ami|eni|sg|subnet|lt|mrk|op)-[0-9a-f]{8,32}\b/g, '$1-ID'],
  // Tests of adapters number them.
  [/\blib-\d+\b/g, 'lib-ID'],
  // The end of a hypervisor's id, in the names of its nodes' roles.
  [/\b(node)-[0-9a-z]{12}\b/g, '$1-ID'],
  [/[0-9a-f]{16,}/g, 'ID'],
  [/\b\d{12}\b/g, 'ACCOUNT'],
  [/\b(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+(-[a-z]+)?-\d\b/g, 'REGION'],
  [/\/\d+\//g, '/N/'],
  // How long a writer has to lock what it writes.
  [/^\d+$/, 'N'],
  // Whose library it is, and where in its bucket.
  [/arn:aws:s3:::[a-z-]*library-ACCOUNT/g, 'arn:aws:s3:::LIBRARY'],
  [/LIBRARY\/\S*\btenants\/hv-ID/g, 'LIBRARY/tenants/hv-ID'],
  [/^[^:\s]*\btenants\/hv-ID/g, 'tenants/hv-ID'],
];

export const generalise = (text: string): string =>
  IDS.reduce((result, [pattern, word]) => result.replace(pattern, word), text);

/** Lists without what is then the same, as a policy's shape: two snapshots or twenty are alike. */
export const shapeOf = (value: unknown): string => JSON.stringify(shape(value));

const shape = (value: unknown): unknown => {
  if (typeof value === 'string') return generalise(value);
  if (Array.isArray(value)) {
    const all = new Map(value.map((each) => [shapeOf(each), shape(each)]));
    return [...all.keys()].toSorted().map((key) => all.get(key));
  }
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [generalise(key), shape(each)] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
};
