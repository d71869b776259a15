import { createStartScheduledJob, ScheduledJob } from '../core/steps/schedule/start-scheduled-job.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';
import { wireScheduled } from './wiring/schedule.ts';

const startScheduledJob = createStartScheduledJob(wireScheduled(process.env));
const report = reportOutcome('start-scheduled-job');
export const handler = logged('start-scheduled-job', async (event) =>
  report(await startScheduledJob(ScheduledJob.parse(event))),
);
