import { AuditEntry, type AuditPage, type AuditQuery } from '../../contracts/audit.ts';
import { anchorOf, endOfChain, type StoredEntry } from '../../domain/audit-chain.ts';
import type { AuditEntries } from '../../ports/audit.ts';
import type { Sha256 } from '../../ports/control.ts';

export interface ReadAuditDeps {
  readonly entries: AuditEntries;
  readonly sha256: Sha256;
}

/** So many are looked through for one answer: some 2 MB, four queries; an answer has to come within 29 s. */
const MOST_LOOKED_AT = 2_000;
const PAGE = 500;

/** A page of the log, by tenant, principal and time. There is no index: a rare principal takes many pages to find. */
export const createReadAuditEntries =
  ({ entries, sha256 }: ReadAuditDeps) =>
  async (query: AuditQuery): Promise<AuditPage> => {
    const head = await entries.newest();
    if (!head) return { items: [] };
    const { first, last } = await rangeOf(entries, query, head.seq);
    const isIn = (seq: number): boolean => seq >= first && seq <= last;
    const forwards = query.order === 'oldest';
    const items: AuditPage['items'] = [];
    let looked = 0;
    let at = query.next === undefined ? (forwards ? first : last) : Number(query.next);
    while (isIn(at) && items.length < query.limit && looked < MOST_LOOKED_AT) {
      const page = await entries.from(at, PAGE, forwards ? 'forwards' : 'backwards');
      for (const stored of page) {
        if (!isIn(stored.seq) || items.length === query.limit) break;
        const item = asItem(stored);
        if (isAskedFor(item, query)) items.push(item);
        looked += 1;
        // by the number of its place: where entries are missing the list goes on behind them
        at = forwards ? stored.seq + 1 : stored.seq - 1;
      }
      if (page.length === 0 || !isIn(page.at(-1)?.seq ?? 0)) {
        if (items.length < query.limit) at = 0;
        break;
      }
    }
    return { items, ...(isIn(at) ? { next: String(at) } : {}), head: anchorOf(endOfChain(sha256, head)) };
  };

type Item = AuditPage['items'][number];

const asItem = ({ seq, entry }: StoredEntry): Item => {
  const { success, data } = AuditEntry.safeParse(entry);
  return success ? data : { seq, broken: true };
};

/** What is broken may have been about anybody. */
const isAskedFor = (item: Item, { tenant, principal }: AuditQuery): boolean =>
  'broken' in item ||
  ((tenant === undefined || item.what.tenantId === tenant || item.what.subjects.includes(tenant)) &&
    (principal === undefined || item.who.principal.includes(principal)));

/** Numbers of the entries between two times: an entry is never older than the one before it. */
const rangeOf = async (
  entries: AuditEntries,
  { since, until }: AuditQuery,
  newest: number,
): Promise<{ readonly first: number; readonly last: number }> => ({
  first: since === undefined ? 1 : await firstFrom(entries, Date.parse(since), newest),
  last: until === undefined ? newest : (await firstFrom(entries, Date.parse(until), newest)) - 1,
});

/** The first that is not before `time`; one more than the newest if all are. What is broken counts as not before. */
const firstFrom = async (entries: AuditEntries, time: number, newest: number): Promise<number> => {
  let [low, high] = [1, newest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [stored] = await entries.from(middle, 1, 'forwards');
    const { data } = AuditEntry.safeParse(stored?.entry);
    if (!stored || !data || Date.parse(data.at) >= time) high = middle;
    else low = Math.max(middle, stored.seq) + 1;
  }
  return low;
};
