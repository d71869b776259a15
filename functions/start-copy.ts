import { AttemptRef } from '../core/contracts/steps.ts';
import { createStartCopy } from '../core/steps/snapshot/start-copy.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const startCopy = createStartCopy(wireSteps(process.env));
export const handler = logged('start-copy', async (event) => startCopy(AttemptRef.parse(event)));
