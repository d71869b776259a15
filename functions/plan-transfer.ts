import { PlanTransferInput } from '../core/contracts/steps.ts';
import { createPlanTransfer } from '../core/steps/transfer/plan-transfer.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const planTransfer = createPlanTransfer(wireSteps(process.env));
export const handler = logged('plan-transfer', async (event) => planTransfer(PlanTransferInput.parse(event)));
