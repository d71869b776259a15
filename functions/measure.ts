import { createMeasure } from '../core/steps/health/measure.ts';
import { wireMeasure } from './wiring/health.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';

const measure = createMeasure(wireMeasure(process.env));
const report = reportOutcome('measure');

export const handler = logged('measure', async () => report(await measure()));
