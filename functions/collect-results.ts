import { Transfer } from '../core/contracts/steps.ts';
import { createCollectResults } from '../core/steps/transfer/collect-results.ts';
import { wireSteps } from './wiring/steps.ts';

const collectResults = createCollectResults(wireSteps(process.env));
export const handler = async (event: unknown) => collectResults(Transfer.parse(event));
