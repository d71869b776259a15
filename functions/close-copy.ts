import { LeasedInstance } from '../core/contracts/steps.ts';
import { createCloseCopy } from '../core/steps/copy/close-copy.ts';
import { wireSteps } from './wiring/steps.ts';

const closeCopy = createCloseCopy(wireSteps(process.env));
export const handler = async (event: unknown) => closeCopy(LeasedInstance.parse(event));
