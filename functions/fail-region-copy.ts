import { FailRegionCopyInput } from '../core/contracts/steps.ts';
import { createFailRegionCopy } from '../core/steps/snapshot/fail-region-copy.ts';
import { wireSteps } from './wiring/steps.ts';

const failRegionCopy = createFailRegionCopy(wireSteps(process.env));
export const handler = async (event: unknown) => failRegionCopy(FailRegionCopyInput.parse(event));
