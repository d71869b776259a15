import { operatorRoutes } from '../../core/contracts/api.ts';
import type { AuditAnchorStore } from '../../core/ports/audit.ts';
import { createReadAuditEntries, type ReadAuditDeps } from '../../core/steps/audit/read-entries.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { pageOf } from './on-tenant-context.ts';
import type { Caller } from './router.ts';

export interface AuditEndpointsDeps extends Pick<ReadAuditDeps, 'sha256'> {
  readonly auditEntries: ReadAuditDeps['entries'];
  readonly auditAnchors: AuditAnchorStore;
}

/** Reading the audit log: operators only. */
export const auditEndpoints = ({
  auditEntries,
  auditAnchors,
  sha256,
}: AuditEndpointsDeps): readonly Endpoint<Caller>[] => {
  const readEntries = createReadAuditEntries({ entries: auditEntries, sha256 });
  return [
    endpoint(operatorRoutes.listAuditEntries, (_: Caller, { query }) => readEntries(query)),
    endpoint(operatorRoutes.listAuditAnchors, async (_: Caller, { query }) => {
      const { items, next } = await auditAnchors.list(pageOf(query));
      return { items: [...items], ...(next === undefined ? {} : { next }) };
    }),
  ];
};
