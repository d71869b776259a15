import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createCreateVolumes } from '../core/steps/restore/create-volumes.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const createVolumes = createCreateVolumes(wireSteps(process.env));
export const handler = logged('create-volumes', async (event) => createVolumes(RestoreRef.parse(event)));
