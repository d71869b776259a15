import { PlanRestoreInput } from '../core/contracts/steps.ts';
import { createPlanRestore } from '../core/steps/restore/plan-restore.ts';
import { wireSteps } from './wiring/steps.ts';

const planRestore = createPlanRestore(wireSteps(process.env));
export const handler = async (event: unknown) => planRestore(PlanRestoreInput.parse(event));
