import { FailInstanceInput } from '../core/contracts/steps.ts';
import { createFailInstance } from '../core/steps/jobs/fail-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const failInstance = createFailInstance(wireSteps(process.env));
export const handler = logged('fail-instance', async (event) => failInstance(FailInstanceInput.parse(event)));
