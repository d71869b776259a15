import { LockedInstance } from '../core/contracts/steps.ts';
import { createCommitRecoveryPoint } from '../core/steps/backup/commit-recovery-point.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const commitRecoveryPoint = createCommitRecoveryPoint(wireSteps(process.env));
export const handler = logged('commit-recovery-point', async (event) =>
  commitRecoveryPoint(LockedInstance.parse(event)),
);
