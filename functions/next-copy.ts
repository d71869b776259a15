import { NextCopyInput } from '../core/contracts/steps.ts';
import { createNextCopy } from '../core/steps/copy/next-copy.ts';
import { wireSteps } from './wiring/steps.ts';

const nextCopy = createNextCopy(wireSteps(process.env));
export const handler = async (event: unknown) => nextCopy(NextCopyInput.parse(event));
