import { JobInput } from '../core/contracts/steps.ts';
import { createOpenCopy } from '../core/steps/copy/open-copy.ts';
import { wireSteps } from './wiring/steps.ts';

const openCopy = createOpenCopy(wireSteps(process.env));
export const handler = async (event: unknown) => openCopy(JobInput.parse(event));
