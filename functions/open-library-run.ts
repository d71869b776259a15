import { OpenLibraryRunInput } from '../core/contracts/library-runs.ts';
import { createOpenLibraryRun } from '../core/steps/library/open-library-run.ts';
import { wireSteps } from './wiring/steps.ts';

const openLibraryRun = createOpenLibraryRun(wireSteps(process.env));
export const handler = async (event: unknown) => openLibraryRun(OpenLibraryRunInput.parse(event));
