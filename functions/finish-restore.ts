import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createFinishRestore } from '../core/steps/restore/finish-restore.ts';
import { wireSteps } from './wiring/steps.ts';

const finishRestore = createFinishRestore(wireSteps(process.env));
export const handler = async (event: unknown) => finishRestore(RestoreRef.parse(event));
