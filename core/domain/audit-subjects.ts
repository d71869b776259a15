/** What a request is about, by its ids: of its path, its body and its answer. Other fields may hold secrets. */

const MOST = 100;
const ID = /^(hv|job|rp|ord|node|vmg|plan|run|apr|msg)-[a-z0-9-]{8,44}$/;
const INSTANCE = /^i-[0-9a-f]{8,17}$/;
const ACCOUNT = /^\d{12}$/;

const isSubject = (name: string, value: unknown): value is string =>
  typeof value === 'string' &&
  (ID.test(value) || INSTANCE.test(value) || (name === 'accountId' && ACCOUNT.test(value)));

/** Only fields of the first level, and only values that are ids in form. */
export const auditSubjects = (...sources: readonly unknown[]): string[] => {
  const found = new Set<string>();
  for (const source of sources) {
    if (typeof source !== 'object' || source === null) continue;
    for (const [name, value] of Object.entries(source))
      for (const each of [value].flat()) if (isSubject(name, each)) found.add(each);
  }
  return [...found].slice(0, MOST);
};

/** Which request somebody has approved: named, for its record alone could be changed afterwards. */
export const approvedRequest = (requestHash: string): string => `request ${requestHash}`;
