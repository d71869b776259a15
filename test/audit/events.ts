import type { AuditEvent } from '../../core/domain/audit-chain.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';

const ACCOUNTS = ['111111111111', '222222222222', '999999999999'];

/** Different in every field, the same for the same number. */
export const eventOf = (n: number): AuditEvent => ({
  who: {
    kind: n % 3 === 0 ? 'operator' : 'tenant',
    principal: `arn:aws:iam::${ACCOUNTS[n % 3]}:user/${n % 2 === 0 ? 'eve' : 'adam'}`,
    accountId: ACCOUNTS[n % 3],
  },
  what: {
    operation: n % 2 === 0 ? 'DELETE /plans/{planId}' : 'POST /backups',
    tenantId: `hv-0000000${n % 2}`,
    subjects: [`plan-${String(n).padStart(8, '0')}`, `job-${String(n).padStart(8, '0')}`],
    bodySha256: String(n % 10).repeat(64),
    detail: `${n} of 1000`,
  },
  from: { sourceIp: '192.0.2.10', userAgent: 'holdfast “é” 😀' },
  allowed: n % 5 !== 0,
  outcome: n % 5 === 0 ? 'NotAllowed' : 'Done',
  requestId: `request-${n}`,
  ...(n % 7 === 0 ? { leftOut: n + 1 } : {}),
});

/** One entry a minute. */
export const MINUTE = 60_000;
export const START = Date.UTC(2026, 0, 1);

export const logOf = async (entries: number) => {
  let now = START;
  const auditing = createInMemoryAudit({ now: () => now });
  for (let n = 1; n <= entries; n += 1) {
    await auditing.audit.append(eventOf(n));
    now += MINUTE;
  }
  return auditing;
};
