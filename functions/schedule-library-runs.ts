import { createScheduleLibraryRuns, LibraryRunsDue } from '../core/steps/schedule/schedule-library-runs.ts';
import { wireLibraryRuns } from './wiring/library-runs.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';

const scheduleLibraryRuns = createScheduleLibraryRuns(wireLibraryRuns(process.env));
const report = reportOutcome('schedule-library-runs');
export const handler = logged('schedule-library-runs', async (event) =>
  report(await scheduleLibraryRuns(LibraryRunsDue.parse(event))),
);
