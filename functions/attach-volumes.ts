import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAttachVolumes } from '../core/steps/restore/attach-volumes.ts';
import { wireSteps } from './wiring/steps.ts';

const attachVolumes = createAttachVolumes(wireSteps(process.env));
export const handler = async (event: unknown) => attachVolumes(RestoreRef.parse(event));
