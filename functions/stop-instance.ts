import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStopInstance } from '../core/steps/restore/stop-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const stopInstance = createStopInstance(wireSteps(process.env));
export const handler = async (event: unknown) => stopInstance(RestoreRef.parse(event));
