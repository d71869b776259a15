import { TransferInput } from '../core/contracts/steps.ts';
import { createOpenSource } from '../core/steps/transfer/open-source.ts';
import { wireSteps } from './wiring/steps.ts';

const openSource = createOpenSource(wireSteps(process.env));
export const handler = async (event: unknown) => openSource(TransferInput.parse(event));
