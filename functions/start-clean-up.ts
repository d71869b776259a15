import { createStartCleanUp, ExecutionStatusChange } from '../core/steps/jobs/start-clean-up.ts';
import { wireSteps } from './wiring/steps.ts';

const startCleanUp = createStartCleanUp(wireSteps(process.env));
export const handler = async (event: unknown) => startCleanUp(ExecutionStatusChange.parse(event));
