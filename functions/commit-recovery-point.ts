import { LockedInstance } from '../core/contracts/steps.ts';
import { createCommitRecoveryPoint } from '../core/steps/backup/commit-recovery-point.ts';
import { wireSteps } from './wiring/steps.ts';

const commitRecoveryPoint = createCommitRecoveryPoint(wireSteps(process.env));
export const handler = async (event: unknown) => commitRecoveryPoint(LockedInstance.parse(event));
