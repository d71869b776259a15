import { LockedInstance } from '../core/contracts/steps.ts';
import { createGiveBack } from '../core/steps/snapshot/give-back.ts';
import { wireSteps } from './wiring/steps.ts';

const giveBack = createGiveBack(wireSteps(process.env));
export const handler = async (event: unknown) => giveBack(LockedInstance.parse(event));
