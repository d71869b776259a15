import { CleanUpInput } from '../core/contracts/steps.ts';
import { createCleanUp } from '../core/steps/jobs/clean-up.ts';
import { wireSteps } from './wiring/steps.ts';

const cleanUp = createCleanUp(wireSteps(process.env));
export const handler = async (event: unknown) => cleanUp(CleanUpInput.parse(event));
