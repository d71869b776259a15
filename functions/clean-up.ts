import { CleanUpInput } from '../core/contracts/steps.ts';
import { tellingEnd } from '../core/steps/health/tell-job-end.ts';
import { createCleanUp } from '../core/steps/jobs/clean-up.ts';
import { wireTelling } from './wiring/health.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const cleanUp = tellingEnd(wireTelling(process.env), createCleanUp(wireSteps(process.env)));
export const handler = logged('clean-up', async (event) => cleanUp(CleanUpInput.parse(event)));
