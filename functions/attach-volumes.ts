import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAttachVolumes } from '../core/steps/restore/attach-volumes.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const attachVolumes = createAttachVolumes(wireSteps(process.env));
export const handler = logged('attach-volumes', async (event) => attachVolumes(RestoreRef.parse(event)));
