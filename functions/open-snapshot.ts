import { JobInput } from '../core/contracts/steps.ts';
import { createOpenSnapshot } from '../core/steps/snapshot/open-snapshot.ts';
import { wireSteps } from './wiring/steps.ts';

const openSnapshot = createOpenSnapshot(wireSteps(process.env));
export const handler = async (event: unknown) => openSnapshot(JobInput.parse(event));
