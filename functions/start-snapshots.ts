import { RestoreRef } from '../core/contracts/restore-steps.ts';
import { createStartSnapshots } from '../core/steps/restore/start-snapshots.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const startSnapshots = createStartSnapshots(wireSteps(process.env));
export const handler = logged('start-snapshots', async (event) => startSnapshots(RestoreRef.parse(event)));
