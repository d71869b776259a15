import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createLaunchDonor } from '../core/steps/restore/launch-donor.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const launchDonor = createLaunchDonor(wireSteps(process.env));
export const handler = logged('launch-donor', async (event) => launchDonor(RestoreRef.parse(event)));
