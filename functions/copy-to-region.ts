import { LockedInstance } from '../core/contracts/steps.ts';
import { createCopyToRegion } from '../core/steps/snapshot/copy-to-region.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const copyToRegion = createCopyToRegion(wireSteps(process.env));
export const handler = logged('copy-to-region', async (event) => copyToRegion(LockedInstance.parse(event)));
