import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createReplaceVolumes } from '../core/steps/restore/replace-volumes.ts';
import { wireSteps } from './wiring/steps.ts';

const replaceVolumes = createReplaceVolumes(wireSteps(process.env));
export const handler = async (event: unknown) => replaceVolumes(RestoreRef.parse(event));
