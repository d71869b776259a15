import { JobInput } from '../core/contracts/steps.ts';
import { createOpenRestore } from '../core/steps/restore/open-restore.ts';
import { wireSteps } from './wiring/steps.ts';

const openRestore = createOpenRestore(wireSteps(process.env));
export const handler = async (event: unknown) => openRestore(JobInput.parse(event));
