import { createKeepAnchor } from '../core/steps/audit/keep-anchor.ts';
import { beatingAnchor, beatingTick } from '../core/steps/health/beating-tick.ts';
import { createTick, TickEvent } from '../core/steps/schedule/tick.ts';
import { wireBeating } from './wiring/health.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';
import { wireAuditAnchors, wireScheduled } from './wiring/schedule.ts';

const beating = wireBeating(process.env);
const tick = beatingTick(
  beating,
  createTick({
    ...wireScheduled(process.env),
    keepAnchor: beatingAnchor(beating, createKeepAnchor(wireAuditAnchors(process.env))),
  }),
);
const report = reportOutcome('tick');
export const handler = logged('tick', async (event) => report(await tick(TickEvent.parse(event))));
