import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStopInstance } from '../core/steps/restore/stop-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const stopInstance = createStopInstance(wireSteps(process.env));
export const handler = logged('stop-instance', async (event) => stopInstance(RestoreRef.parse(event)));
