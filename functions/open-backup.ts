import { JobInput } from '../core/contracts/steps.ts';
import { createOpenBackup } from '../core/steps/backup/open-backup.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const openBackup = createOpenBackup(wireSteps(process.env));
export const handler = logged('open-backup', async (event) => openBackup(JobInput.parse(event)));
