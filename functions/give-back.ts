import { LockedInstance } from '../core/contracts/steps.ts';
import { createGiveBack } from '../core/steps/snapshot/give-back.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const giveBack = createGiveBack(wireSteps(process.env));
export const handler = logged('give-back', async (event) => giveBack(LockedInstance.parse(event)));
