import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createLaunchInstance } from '../core/steps/restore/launch-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const launchInstance = createLaunchInstance(wireSteps(process.env));
export const handler = logged('launch-instance', async (event) => launchInstance(RestoreRef.parse(event)));
