import { CloseJobInput } from '../core/contracts/steps.ts';
import { tellingEnd } from '../core/steps/health/tell-job-end.ts';
import { createCloseJob } from '../core/steps/jobs/close-job.ts';
import { wireTelling } from './wiring/health.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const closeJob = tellingEnd(wireTelling(process.env), createCloseJob(wireSteps(process.env)));
export const handler = logged('close-job', async (event) => closeJob(CloseJobInput.parse(event)));
