import { JobInput } from '../core/contracts/steps.ts';
import { createOpenSnapshot } from '../core/steps/snapshot/open-snapshot.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openSnapshot = createOpenSnapshot(wireSteps(process.env));
export const handler = logged('open-snapshot', async (event) => openSnapshot(JobInput.parse(event)));
