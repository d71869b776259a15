import { JobInput } from '../core/contracts/steps.ts';
import { createOpenBackup } from '../core/steps/backup/open-backup.ts';
import { wireSteps } from './wiring/steps.ts';

const openBackup = createOpenBackup(wireSteps(process.env));
export const handler = async (event: unknown) => openBackup(JobInput.parse(event));
