/** The audit log: what an entry holds, and the routes by which operators read it. Tenants have none. */
import { z } from 'zod';
import { HypervisorId, PlainText } from './ids.ts';

/** Hex SHA-256. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hex digits');

/** `unknown`: signed, but of no account that is known here. `system`: nobody asked, a schedule did. */
export const AuditActorKind = z.enum(['operator', 'tenant', 'node', 'system', 'unknown']);
export type AuditActorKind = z.infer<typeof AuditActorKind>;

export const AuditEntry = z.strictObject({
  /** Counts from 1, without a gap. */
  seq: z.int().positive(),
  /** Never before the entry before. */
  at: z.iso.datetime(),
  who: z.strictObject({
    kind: AuditActorKind,
    /** ARN of the principal that signed; of a node its id; of the system which part of it. */
    principal: PlainText.max(2_048),
    accountId: PlainText.max(12).optional(),
  }),
  what: z.strictObject({
    /** `DELETE /plans/{planId}`, or a step: `remove recovery points`. Never a path as it was asked for. */
    operation: PlainText.max(256),
    /** The tenant hypervisor that it is about. */
    tenantId: HypervisorId.optional(),
    /** Ids of what else it is about, or what it made: each says by its prefix what it is. */
    subjects: z.array(PlainText.max(64)).max(100),
    /** Of a request's body, as it was sent. Absent where it may hold a secret, and where it was refused unread. */
    bodySha256: Digest.optional(),
    /** Counts and such, in words of ours. */
    detail: PlainText.max(1_024).optional(),
  }),
  from: z.strictObject({ sourceIp: PlainText.max(64).optional(), userAgent: PlainText.max(256).optional() }),
  /** False: refused (4xx). An error of ours is no refusal. */
  allowed: z.boolean(),
  /** `Asked`: written before it is done; `Done`; or the error's name. */
  outcome: PlainText.max(64),
  /** The entries of one request have one. */
  requestId: PlainText.max(128),
  /**
   * Not written since the last one that was: refusals of the same account, changes of the same tenant, orders of the same
   * nodes; of an operator's read, reads that said the same.
   */
  leftOut: z.int().positive().optional(),
  /** `hash` of the entry before; of the first, zeros. */
  previous: Digest,
  /** SHA-256 of this entry without this field: as JSON with sorted keys and no spaces, in UTF-8. */
  hash: Digest,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** What is kept of the log outside of it: if an entry is changed or gone that an anchor names, it shows. */
export const AuditAnchor = z.strictObject({ seq: AuditEntry.shape.seq, hash: Digest });
export type AuditAnchor = z.infer<typeof AuditAnchor>;

/** More than that in one answer could outgrow what a function may answer (6 MB). */
const MOST_ENTRIES = 500;

export const AuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(25),
  next: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a cursor of this list')
    .optional(),
  tenant: HypervisorId.optional(),
  /** A part of it is enough. */
  principal: PlainText.min(1).max(2_048).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  /** Exclusive. */
  until: z.iso.datetime({ offset: true }).optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** In the place of that number there is something else. */
export const BrokenEntry = z.strictObject({ seq: AuditEntry.shape.seq, broken: z.literal(true) });

/** `next` may come with fewer entries than asked for, or none: so much was looked through. */
export const AuditPage = z.strictObject({
  items: z.array(z.union([AuditEntry, BrokenEntry])),
  next: z.string().optional(),
  /** The newest entry of all. Absent: the log is empty. */
  head: AuditAnchor.optional(),
});
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditAnchors = z.strictObject({ items: z.array(AuditAnchor), next: z.string().optional() });
export type AuditAnchors = z.infer<typeof AuditAnchors>;
