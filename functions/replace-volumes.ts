import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createReplaceVolumes } from '../core/steps/restore/replace-volumes.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const replaceVolumes = createReplaceVolumes(wireSteps(process.env));
export const handler = logged('replace-volumes', async (event) => replaceVolumes(RestoreRef.parse(event)));
