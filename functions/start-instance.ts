import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStartInstance } from '../core/steps/restore/start-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const startInstance = createStartInstance(wireSteps(process.env));
export const handler = async (event: unknown) => startInstance(RestoreRef.parse(event));
