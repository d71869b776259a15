import { TakeSnapshotsInput } from '../core/contracts/steps.ts';
import { createTakeSnapshots } from '../core/steps/snapshot/take-snapshots.ts';
import { wireSteps } from './wiring/steps.ts';

const takeSnapshots = createTakeSnapshots(wireSteps(process.env));
export const handler = async (event: unknown) => takeSnapshots(TakeSnapshotsInput.parse(event));
