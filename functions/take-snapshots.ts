import { TakeSnapshotsInput } from '../core/contracts/steps.ts';
import { createTakeSnapshots } from '../core/steps/snapshot/take-snapshots.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const takeSnapshots = createTakeSnapshots(wireSteps(process.env));
export const handler = logged('take-snapshots', async (event) => takeSnapshots(TakeSnapshotsInput.parse(event)));
