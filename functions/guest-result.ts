import { GuestResultInput } from '../core/contracts/steps.ts';
import { createGuestResult } from '../core/steps/snapshot/guest-result.ts';
import { wireSteps } from './wiring/steps.ts';

const guestResult = createGuestResult(wireSteps(process.env));
export const handler = async (event: unknown) => guestResult(GuestResultInput.parse(event));
