import { LockedInstance } from '../core/contracts/steps.ts';
import { createCopyToRegion } from '../core/steps/snapshot/copy-to-region.ts';
import { wireSteps } from './wiring/steps.ts';

const copyToRegion = createCopyToRegion(wireSteps(process.env));
export const handler = async (event: unknown) => copyToRegion(LockedInstance.parse(event));
