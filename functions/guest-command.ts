import { GuestCommandInput } from '../core/contracts/steps.ts';
import { createGuestCommand } from '../core/steps/snapshot/guest-command.ts';
import { wireSteps } from './wiring/steps.ts';

const guestCommand = createGuestCommand(wireSteps(process.env));
export const handler = async (event: unknown) => guestCommand(GuestCommandInput.parse(event));
