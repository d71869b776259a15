import { PlanTransferInput } from '../core/contracts/steps.ts';
import { createPlanTransfer } from '../core/steps/transfer/plan-transfer.ts';
import { wireSteps } from './wiring/steps.ts';

const planTransfer = createPlanTransfer(wireSteps(process.env));
export const handler = async (event: unknown) => planTransfer(PlanTransferInput.parse(event));
