/** What the audit log is told of a request: before it, where it is destructive; after it, what became of it. */

import { Approve } from '../../core/contracts/approvals.ts';
import type { AuditAnchor } from '../../core/contracts/audit.ts';
import { type AuditEvent, anchorOf, canonicalJson } from '../../core/domain/audit-chain.ts';
import { approvedRequest, auditSubjects } from '../../core/domain/audit-subjects.ts';
import { isAudited, isBrake, isDestructive, isRead, mayHashBody } from '../../core/domain/audited-routes.ts';
import { NotRecorded, TooManyRequests } from '../../core/domain/errors.ts';
import type { Audience } from '../../core/domain/problems.ts';
import { createRefusalLimit } from '../../core/domain/refusal-limit.ts';
import { createRepeatedReads } from '../../core/domain/repeated-reads.ts';
import type { AuditLog } from '../../core/ports/audit.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Sha256 } from '../../core/ports/control.ts';
import type { RequestOf, Route } from './endpoint.ts';
import type { GatewayEvent } from './gateway-event.ts';

export interface RequestAuditDeps {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** What is known of a request so far. */
export interface Known {
  /** Absent: the caller was not admitted. */
  readonly audience?: Audience;
  readonly route?: Route;
  readonly request?: RequestOf<Route>;
}

export interface RequestAudit {
  /** Its entry, if it is destructive. Errors: NotRecorded (it cannot be recorded), TooManyRequests. */
  before(event: GatewayEvent, known: Known): Promise<AuditAnchor | undefined>;
  /** Never fails: that it could not be written is reported. */
  after(event: GatewayEvent, known: Known, outcome: Outcome): Promise<void>;
}

export interface Outcome {
  readonly status: number;
  /** `Done`, or the error's name. */
  readonly name: string;
  readonly answer?: unknown;
}

/** Without control characters or halves of characters, which would come back from the table as others. */
const plain = (text: string, most: number): string =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, most)
    .toWellFormed();

/** All of an entry that another one of the same read has too. */
const sayingOf = ({ requestId: _, ...entry }: AuditEvent): string => canonicalJson(entry);

export const createRequestAudit = ({ audit, clock, sha256 }: RequestAuditDeps): RequestAudit => {
  const refusals = createRefusalLimit();
  const changes = createRefusalLimit();
  const destructions = createRefusalLimit();
  const reads = createRepeatedReads();
  /** Of a tenant, so many a minute of each; operators are not limited. */
  const limitOf = ({ allowed, who, what }: AuditEvent, route: Route | undefined, now: number) => {
    if (who.kind === 'operator') return { leftOut: 0 };
    if (!allowed) return refusals.admit(who.accountId ?? '', now);
    // was admitted before it was done, and its end is worth as much as its beginning
    if (route && isDestructive(route)) return { leftOut: 0 };
    return changes.admit(what.tenantId ?? '', now);
  };

  const entryOf = (event: GatewayEvent, known: Known, outcome: Outcome): AuditEvent => {
    const { audience, route, request } = known;
    const { requestId, identity } = event.requestContext;
    const { accountId, userArn, sourceIp, userAgent } = identity;
    const params = request?.params as { readonly hypervisorId?: string } | undefined;
    const approved = Approve.safeParse(request?.body).data;
    const tenantId =
      audience?.kind === 'tenant'
        ? audience.hypervisorId
        : route?.path.startsWith('/operator/tenants/')
          ? params?.hypervisorId
          : undefined;
    return {
      who: {
        kind: audience?.kind ?? 'unknown',
        principal: plain(userArn ?? '', 2_048),
        ...(accountId ? { accountId: plain(accountId, 12) } : {}),
      },
      what: {
        operation: plain(`${event.httpMethod} ${route?.path ?? '(no route)'}`, 256),
        ...(tenantId ? { tenantId } : {}),
        subjects: auditSubjects(params, request?.body, request?.query, outcome.answer).filter((id) => id !== tenantId),
        ...(approved ? { detail: approvedRequest(approved.requestHash) } : {}),
        // What was not read as its route wants it may hold anything, secrets that were sent to a wrong place too.
        ...(event.body && request && route?.body && mayHashBody(route) ? { bodySha256: sha256(event.body) } : {}),
      },
      from: {
        ...(sourceIp ? { sourceIp: plain(sourceIp, 64) } : {}),
        ...(userAgent ? { userAgent: plain(userAgent, 256) } : {}),
      },
      allowed: outcome.status < 400 || outcome.status >= 500,
      outcome: outcome.name,
      requestId: plain(requestId, 128),
    };
  };

  return {
    async before(event, known) {
      if (!known.route || !isDestructive(known.route)) return undefined;
      const { audience } = known;
      if (audience?.kind === 'tenant' && !destructions.admit(audience.hypervisorId, clock.now()))
        throw new TooManyRequests('More was asked to be removed within a minute than is done, so this was not.');
      const asked = entryOf(event, known, { status: 0, name: 'Asked' });
      if (isBrake(known.route)) {
        await audit.note(asked);
        return undefined;
      }
      try {
        return anchorOf(await audit.append(asked));
      } catch (cause) {
        throw new NotRecorded('This cannot be recorded now, so nothing was done.', { cause });
      }
    },
    async after(event, known, outcome) {
      const entry = entryOf(event, known, outcome);
      if (entry.allowed && !(known.route && isAudited(known.route))) return;
      const read = entry.allowed && known.route && isRead(known.route) ? sha256(sayingOf(entry)) : undefined;
      const now = clock.now();
      const admitted = read === undefined ? limitOf(entry, known.route, now) : reads.admit(read, now);
      if (!admitted) return;
      const { leftOut } = admitted;
      const isWritten = await audit.note({ ...entry, ...(leftOut > 0 ? { leftOut } : {}) });
      if (read !== undefined && !isWritten) reads.forget(read);
    },
  };
};
