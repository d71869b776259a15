import { FailRegionCopyInput } from '../core/contracts/steps.ts';
import { createFailRegionCopy } from '../core/steps/snapshot/fail-region-copy.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const failRegionCopy = createFailRegionCopy(wireSteps(process.env));
export const handler = logged('fail-region-copy', async (event) => failRegionCopy(FailRegionCopyInput.parse(event)));
