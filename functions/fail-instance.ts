import { FailInstanceInput } from '../core/contracts/steps.ts';
import { createFailInstance } from '../core/steps/jobs/fail-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const failInstance = createFailInstance(wireSteps(process.env));
export const handler = async (event: unknown) => failInstance(FailInstanceInput.parse(event));
