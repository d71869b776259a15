import { AttemptRef } from '../core/contracts/steps.ts';
import { createStartCopy } from '../core/steps/snapshot/start-copy.ts';
import { wireSteps } from './wiring/steps.ts';

const startCopy = createStartCopy(wireSteps(process.env));
export const handler = async (event: unknown) => startCopy(AttemptRef.parse(event));
