import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAwaitVolumes } from '../core/steps/restore/await-volumes.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitVolumes = createAwaitVolumes(wireSteps(process.env));
export const handler = logged('await-volumes', async (event) => awaitVolumes(RestoreRef.parse(event)));
