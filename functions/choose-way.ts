import { LockedInstance } from '../core/contracts/steps.ts';
import { createChooseWay } from '../core/steps/snapshot/choose-way.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const chooseWay = createChooseWay(wireSteps(process.env));
export const handler = logged('choose-way', async (event) => chooseWay(LockedInstance.parse(event)));
