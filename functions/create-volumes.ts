import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createCreateVolumes } from '../core/steps/restore/create-volumes.ts';
import { wireSteps } from './wiring/steps.ts';

const createVolumes = createCreateVolumes(wireSteps(process.env));
export const handler = async (event: unknown) => createVolumes(RestoreRef.parse(event));
