/** The audit log as an operator reads it: all of its pages, its anchors, and a list of its lines in a file. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { InvalidArgumentError } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { AuditAnchor, type AuditPage } from '../core/contracts/audit.ts';
import type { ApiClient } from './api-client.ts';
import { usageError } from './cli-error.ts';

type Item = AuditPage['items'][number];

const PAGE = 500;

/** Oldest first, as far as the log went when the first page was read: reading it is not to go on for ever. */
export async function* allEntries(
  api: ApiClient,
  range: { readonly since?: string | undefined; readonly until?: string | undefined } = {},
): AsyncGenerator<Item> {
  let [next, newest]: [string | undefined, number] = [undefined, 0];
  do {
    const query = { ...range, order: 'oldest', limit: PAGE, next };
    const page: AuditPage = await api.call(operatorRoutes.listAuditEntries, { query });
    newest ||= page.head?.seq ?? 0;
    for (const item of page.items) {
      if (item.seq > newest) return;
      yield item;
    }
    next = page.next;
  } while (next !== undefined && Number(next) <= newest);
}

export const allAnchors = async (api: ApiClient): Promise<readonly AuditAnchor[]> => {
  const all: AuditAnchor[] = [];
  let next: string | undefined;
  do {
    const page = await api.call(operatorRoutes.listAuditAnchors, { query: { next } });
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return all;
};

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== '') yield line;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw usageError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const anchorIn = (line: unknown): AuditAnchor | undefined => {
  const { anchor, head } = (typeof line === 'object' && line !== null ? line : {}) as Record<string, unknown>;
  return AuditAnchor.safeParse(anchor ?? head).data;
};

/** Of an export: entries, or whatever is in a line instead. */
export async function* entriesInFile(file: string): AsyncGenerator<unknown> {
  for await (const line of linesOf(file)) {
    const value = parsed(line);
    if (!anchorIn(value)) yield value;
  }
}

/** Of an export: its anchors, and the head at its end. */
export const anchorsInFile = async (file: string): Promise<readonly AuditAnchor[]> => {
  const all: AuditAnchor[] = [];
  for await (const line of linesOf(file)) {
    const anchor = /^\s*\{\s*"(anchor|head)"/.test(line) ? anchorIn(parsed(line)) : undefined;
    if (anchor) all.push(anchor);
  }
  return all;
};

/** For an option: a date or a time, as ISO 8601 writes it; without a zone a date is UTC's. */
export const timeOption = (text: string): string => {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError('It must be a date or a time, like 2026-01-31 or 2026-01-31T12:00:00Z.');
};

export const entryCount = (n: number): string => `${n} ${n === 1 ? 'entry' : 'entries'}`;
