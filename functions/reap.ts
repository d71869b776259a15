import { createReap } from '../core/steps/reaper/reap.ts';
import { logged } from './wiring/logged.ts';
import { wireReaper } from './wiring/reap.ts';
import { reportOutcome } from './wiring/report-outcome.ts';

const reap = createReap(wireReaper(process.env));
const report = reportOutcome('reap');

export const handler = logged('reap', async () => report(await reap()));
