import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createLaunchInstance } from '../core/steps/restore/launch-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const launchInstance = createLaunchInstance(wireSteps(process.env));
export const handler = async (event: unknown) => launchInstance(RestoreRef.parse(event));
