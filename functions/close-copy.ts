import { LeasedInstance } from '../core/contracts/steps.ts';
import { createCloseCopy } from '../core/steps/copy/close-copy.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const closeCopy = createCloseCopy(wireSteps(process.env));
export const handler = logged('close-copy', async (event) => closeCopy(LeasedInstance.parse(event)));
