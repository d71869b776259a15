import { JobInput } from '../core/contracts/steps.ts';
import { createOpenCopy } from '../core/steps/copy/open-copy.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openCopy = createOpenCopy(wireSteps(process.env));
export const handler = logged('open-copy', async (event) => openCopy(JobInput.parse(event)));
