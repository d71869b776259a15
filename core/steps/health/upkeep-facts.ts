import type { HealthFact } from '../../contracts/health.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import type { RecordedFinding } from '../../domain/finding.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { Pulse, PulseName } from '../../ports/health.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import { counted, fact, seconds } from './fact.ts';

/** Shown only, and not ours as far as anybody knows, or not any more: a tenant can make any number of these, so nobody is called for them. */
const looksLikeOurs = ({ kind, action, jobId, inUse }: RecordedFinding): boolean =>
  action === 'show' &&
  (['instance', 'volume', 'image', 'snapshot', 'unlisted'].includes(kind) ||
    (kind === 'replaced-volume' && (jobId === undefined || inUse === true)));

/** What is due, or was given to a cleanup, may take two sweeps before somebody is told. */
const HANDLED_WITHIN_MS = 2 * 3_600_000;

/** Not past its grace, or about to be removed, or its cleanup has just been started. */
const isGoing = (finding: RecordedFinding, now: number): boolean => {
  const { action, dueAt, firstSeenAt, attempts, error, lastTriedAt = firstSeenAt } = finding;
  if (action === 'show') return false;
  if (dueAt > now) return true;
  if (attempts === 0) return now - Math.max(dueAt, firstSeenAt) <= HANDLED_WITHIN_MS;
  return attempts === 1 && error === undefined && now - lastTriedAt <= HANDLED_WITHIN_MS;
};

/** Ours, but something of the tenant's holds it: it goes once that lets go. */
const isWaiting = ({ action }: RecordedFinding): boolean => action === 'wait';

/** What sweeps found, is past its grace, and is still there; and what a person has to look at. */
export const sweepFact = async ({ findings }: Pick<Catalog, 'findings'>, now: number): Promise<HealthFact> => {
  const open: string[] = [];
  const waiting: string[] = [];
  let going = 0;
  for await (const finding of everyItem((page) => findings.list(page))) {
    if (looksLikeOurs(finding)) continue;
    const { kind, subject, place, reason, error } = finding;
    const line = `${kind} ${subject} (${place}): ${error ?? reason}`;
    if (isWaiting(finding)) waiting.push(line);
    else if (isGoing(finding, now)) going += 1;
    else open.push(line);
  }
  const metrics = {
    SweepFindings: open.length,
    SweepFindingsInGrace: going,
    SweepFindingsWaiting: waiting.length,
  };
  const held = waiting.length === 0 ? '' : `; ${counted(waiting.length, 'thing')} in use that no job needs`;
  return open.length === 0
    ? fact('sweep findings', 'ok', `nothing is left behind${held}`, metrics, waiting)
    : fact('sweep findings', 'warn', `${counted(open.length, 'thing')} left behind, and not removed${held}`, metrics, [
        ...open,
        ...waiting,
      ]);
};

const SERVICES_AT_ONCE = 8;
/** Orders in quarantine that are read: beyond it nobody counts. */
const MOST_ORDERS = 200;

/** Orders that access nodes died with, and messages in a queue that name none. */
export const quarantineFact = async (
  { quarantine }: Pick<Catalog, 'quarantine'>,
  services: readonly Pick<ServiceHypervisor, 'hypervisorId'>[],
): Promise<HealthFact> => {
  const orders = await quarantine.orders(MOST_ORDERS);
  const messages = (
    await inParallel(services, SERVICES_AT_ONCE, async ({ hypervisorId }) => ({
      hypervisorId,
      ...(await quarantine.countMessages(hypervisorId)),
    }))
  ).filter(({ kept }) => kept > 0);
  const stray = messages.reduce((sum, { kept }) => sum + kept, 0);
  const metrics = { OrdersQuarantined: orders.length, StrayMessages: stray };
  const about = [
    ...orders.map(({ orderId, jobId, tenantId }) => `${orderId} of ${jobId}, of ${tenantId}`),
    ...messages.map(
      ({ hypervisorId, kept, reported }) =>
        `${counted(kept, 'message')} in a queue of ${hypervisorId} that ${kept === 1 ? 'names' : 'name'} no order, of ${reported} reported`,
    ),
  ];
  const look = 'holdfast quarantine list';
  if (orders.length > 0) {
    const many = orders.length < MOST_ORDERS ? counted(orders.length, 'order') : `${MOST_ORDERS} orders or more`;
    const says = `access nodes died with ${many}, kept back till somebody has looked: ${look}`;
    return fact('quarantined orders', 'bad', says, metrics, about);
  }
  if (stray === 0) return fact('quarantined orders', 'ok', 'no order is kept back', metrics);
  const says = `no order is kept back; ${counted(stray, 'message')} in a queue named none: ${look}`;
  return fact('quarantined orders', 'warn', says, metrics, about);
};

interface Beat {
  readonly name: HealthFact['name'];
  readonly what: string;
  readonly metric: string;
  /** Missing for longer, it is bad. */
  readonly withinMs: number;
}

const MINUTE = 60_000;

const beatFact = ({ name, what, metric, withinMs }: Beat, pulse: Pulse | undefined, now: number): HealthFact => {
  if (!pulse) return fact(name, 'warn', `there was no ${what} yet`, {});
  const age = now - pulse.at;
  const metrics = { [metric]: seconds(age) };
  if (age > withinMs) return fact(name, 'bad', `the last ${what} was ${ageInWords(age)} ago`, metrics, pulse.problems);
  const says = `the last ${what} was ${ageInWords(age)} ago`;
  return pulse.problems.length === 0
    ? fact(name, 'ok', says, metrics)
    : fact(name, 'warn', `${says}, and met trouble`, metrics, pulse.problems);
};

export const pulseFacts = (
  pulses: Readonly<Record<PulseName, Pulse | undefined>>,
  now: number,
): readonly HealthFact[] => {
  const anchor = beatFact(
    { name: 'audit anchor', what: 'anchor of the audit log', metric: 'AuditAnchorAgeSeconds', withinMs: 90 * MINUTE },
    pulses['audit-anchor'],
    now,
  );
  return [
    beatFact({ name: 'sweeps', what: 'sweep', metric: 'SweepAgeSeconds', withinMs: 150 * MINUTE }, pulses.reap, now),
    anchor,
    beatFact({ name: 'tick', what: 'tick', metric: 'TickAgeSeconds', withinMs: 15 * MINUTE }, pulses.tick, now),
    beatFact(
      { name: 'measurements', what: 'measurement', metric: 'MeasurementAgeSeconds', withinMs: 15 * MINUTE },
      pulses.measure,
      now,
    ),
  ];
};
