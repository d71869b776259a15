import { Transfer } from '../core/contracts/steps.ts';
import { createCollectResults } from '../core/steps/transfer/collect-results.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const collectResults = createCollectResults(wireSteps(process.env));
export const handler = logged('collect-results', async (event) => collectResults(Transfer.parse(event)));
