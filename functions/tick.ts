import { createKeepAnchor } from '../core/steps/audit/keep-anchor.ts';
import { createTick, TickEvent } from '../core/steps/schedule/tick.ts';
import { reportOutcome } from './wiring/report-outcome.ts';
import { wireAuditAnchors, wireScheduled } from './wiring/schedule.ts';

const tick = createTick({
  ...wireScheduled(process.env),
  keepAnchor: createKeepAnchor(wireAuditAnchors(process.env)),
});
const report = reportOutcome('tick');
export const handler = async (event: unknown) => report(await tick(TickEvent.parse(event)));
