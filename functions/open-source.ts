import { TransferInput } from '../core/contracts/steps.ts';
import { createOpenSource } from '../core/steps/transfer/open-source.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openSource = createOpenSource(wireSteps(process.env));
export const handler = logged('open-source', async (event) => openSource(TransferInput.parse(event)));
