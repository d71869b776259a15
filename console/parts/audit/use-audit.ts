import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { operatorRoutes } from '../../../core/contracts/api.ts';
import type { AuditPage } from '../../../core/contracts/audit.ts';
import { call } from '../../api.ts';
import { readAll } from '../read-all.ts';
import { type Range, timesOf } from './range.ts';

export interface AuditFilters {
  readonly tenant: string | undefined;
  /** A part of the ARN. */
  readonly principal: string | undefined;
  readonly range: Range | undefined;
}

const PAGE = 50;

/** Newest first; as written, for their hashes. */
export const useEntries = ({ tenant, principal, range }: AuditFilters) =>
  useInfiniteQuery({
    queryKey: ['audit', tenant, principal, range],
    queryFn: ({ signal, pageParam }) =>
      call(operatorRoutes.listAuditEntries, {
        query: { limit: PAGE, next: pageParam, tenant, principal, ...timesOf(range) },
        signal,
        asWritten: true,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  });

/** One entry by its number: the list begins at a number, too. */
export const useEntry = (seq: number, known: AuditPage['items'][number] | undefined) => {
  const { data, error } = useQuery({
    queryKey: ['audit-entry', seq],
    queryFn: ({ signal }) => call(operatorRoutes.listAuditEntries, { query: { limit: 1, next: String(seq) }, signal }),
    enabled: known === undefined,
  });
  const read = data?.items.find((item) => item.seq === seq);
  return { item: known ?? read, error, isGone: known === undefined && data !== undefined && read === undefined };
};

/** All of them, oldest first: one an hour. */
export const useAnchors = () =>
  useQuery({
    queryKey: ['audit-anchors'],
    queryFn: ({ signal }) => readAll((next) => call(operatorRoutes.listAuditAnchors, { query: { next }, signal })),
    staleTime: 60_000,
  });
