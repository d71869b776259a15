import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAwaitVolumes } from '../core/steps/restore/await-volumes.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitVolumes = createAwaitVolumes(wireSteps(process.env));
export const handler = async (event: unknown) => awaitVolumes(RestoreRef.parse(event));
