import { Transfer } from '../core/contracts/steps.ts';
import { createExplainFinish } from '../core/steps/transfer/collect-results.ts';
import { wireSteps } from './wiring/steps.ts';

const explainFinish = createExplainFinish(wireSteps(process.env));
export const handler = async (event: unknown) => explainFinish(Transfer.parse(event));
