import { CloseLibraryRunInput } from '../core/contracts/library-runs.ts';
import { createCloseLibraryRun } from '../core/steps/library/close-library-run.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const closeLibraryRun = createCloseLibraryRun(wireSteps(process.env));
export const handler = logged('close-library-run', async (event) => closeLibraryRun(CloseLibraryRunInput.parse(event)));
