import { CloseLibraryRunInput } from '../core/contracts/library-runs.ts';
import { createCloseLibraryRun } from '../core/steps/library/close-library-run.ts';
import { wireSteps } from './wiring/steps.ts';

const closeLibraryRun = createCloseLibraryRun(wireSteps(process.env));
export const handler = async (event: unknown) => closeLibraryRun(CloseLibraryRunInput.parse(event));
