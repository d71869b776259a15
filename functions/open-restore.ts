import { JobInput } from '../core/contracts/steps.ts';
import { createOpenRestore } from '../core/steps/restore/open-restore.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openRestore = createOpenRestore(wireSteps(process.env));
export const handler = logged('open-restore', async (event) => openRestore(JobInput.parse(event)));
