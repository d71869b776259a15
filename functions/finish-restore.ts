import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createFinishRestore } from '../core/steps/restore/finish-restore.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const finishRestore = createFinishRestore(wireSteps(process.env));
export const handler = logged('finish-restore', async (event) => finishRestore(RestoreRef.parse(event)));
