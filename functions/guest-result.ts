import { GuestResultInput } from '../core/contracts/steps.ts';
import { createGuestResult } from '../core/steps/snapshot/guest-result.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const guestResult = createGuestResult(wireSteps(process.env));
export const handler = logged('guest-result', async (event) => guestResult(GuestResultInput.parse(event)));
