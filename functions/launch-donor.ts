import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createLaunchDonor } from '../core/steps/restore/launch-donor.ts';
import { wireSteps } from './wiring/steps.ts';

const launchDonor = createLaunchDonor(wireSteps(process.env));
export const handler = async (event: unknown) => launchDonor(RestoreRef.parse(event));
