import { OpenLibraryRunInput } from '../core/contracts/library-runs.ts';
import { createOpenLibraryRun } from '../core/steps/library/open-library-run.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openLibraryRun = createOpenLibraryRun(wireSteps(process.env));
export const handler = logged('open-library-run', async (event) => openLibraryRun(OpenLibraryRunInput.parse(event)));
