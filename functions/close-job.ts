import { CloseJobInput } from '../core/contracts/steps.ts';
import { createCloseJob } from '../core/steps/jobs/close-job.ts';
import { wireSteps } from './wiring/steps.ts';

const closeJob = createCloseJob(wireSteps(process.env));
export const handler = async (event: unknown) => closeJob(CloseJobInput.parse(event));
