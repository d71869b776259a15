import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createAwaitInstance } from '../core/steps/restore/await-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitInstance = createAwaitInstance(wireSteps(process.env));
export const handler = logged('await-instance', async (event) => awaitInstance(RestoreRef.parse(event)));
