import { LockedInstance } from '../core/contracts/steps.ts';
import { createChooseWay } from '../core/steps/snapshot/choose-way.ts';
import { wireSteps } from './wiring/steps.ts';

const chooseWay = createChooseWay(wireSteps(process.env));
export const handler = async (event: unknown) => chooseWay(LockedInstance.parse(event));
