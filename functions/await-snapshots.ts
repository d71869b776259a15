import { AwaitSnapshotsInput } from '../core/contracts/steps.ts';
import { createAwaitSnapshots } from '../core/steps/await-snapshots.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitSnapshots = createAwaitSnapshots(wireSteps(process.env));
export const handler = async (event: unknown) => awaitSnapshots(AwaitSnapshotsInput.parse(event));
