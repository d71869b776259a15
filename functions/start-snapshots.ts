import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStartSnapshots } from '../core/steps/restore/start-snapshots.ts';
import { wireSteps } from './wiring/steps.ts';

const startSnapshots = createStartSnapshots(wireSteps(process.env));
export const handler = async (event: unknown) => startSnapshots(RestoreRef.parse(event));
