import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStartInstance } from '../core/steps/restore/start-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const startInstance = createStartInstance(wireSteps(process.env));
export const handler = logged('start-instance', async (event) => startInstance(RestoreRef.parse(event)));
