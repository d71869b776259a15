import { PlanBackupInput } from '../core/contracts/steps.ts';
import { createPlanBackup } from '../core/steps/backup/plan-backup.ts';
import { wireSteps } from './wiring/steps.ts';

const planBackup = createPlanBackup(wireSteps(process.env));
export const handler = async (event: unknown) => planBackup(PlanBackupInput.parse(event));
