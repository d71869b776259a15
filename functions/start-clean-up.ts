import { createStartCleanUp, ExecutionStatusChange } from '../core/steps/jobs/start-clean-up.ts';
import { inExecutionInput, logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const startCleanUp = createStartCleanUp(wireSteps(process.env));
export const handler = logged(
  'start-clean-up',
  async (event) => startCleanUp(ExecutionStatusChange.parse(event)),
  inExecutionInput,
);
