import { GuestCommandInput } from '../core/contracts/steps.ts';
import { createGuestCommand } from '../core/steps/snapshot/guest-command.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const guestCommand = createGuestCommand(wireSteps(process.env));
export const handler = logged('guest-command', async (event) => guestCommand(GuestCommandInput.parse(event)));
