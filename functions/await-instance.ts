import { AwaitInstanceInput } from '../core/contracts/steps.ts';
import { createAwaitInstance } from '../core/steps/restore/await-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitInstance = createAwaitInstance(wireSteps(process.env));
export const handler = async (event: unknown) => awaitInstance(AwaitInstanceInput.parse(event));
