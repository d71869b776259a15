import { Transfer } from '../core/contracts/steps.ts';
import { createExplainFinish } from '../core/steps/transfer/collect-results.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const explainFinish = createExplainFinish(wireSteps(process.env));
export const handler = logged('explain-finish', async (event) => explainFinish(Transfer.parse(event)));
