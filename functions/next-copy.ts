import { NextCopyInput } from '../core/contracts/steps.ts';
import { createNextCopy } from '../core/steps/copy/next-copy.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const nextCopy = createNextCopy(wireSteps(process.env));
export const handler = logged('next-copy', async (event) => nextCopy(NextCopyInput.parse(event)));
