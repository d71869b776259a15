import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAwaitInstance } from '../core/steps/restore/await-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitInstance = createAwaitInstance(wireSteps(process.env));
export const handler = async (event: unknown) => awaitInstance(RestoreRef.parse(event));
