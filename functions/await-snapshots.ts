import { AwaitSnapshotsInput } from '../core/contracts/steps.ts';
import { createAwaitSnapshots } from '../core/steps/await-snapshots.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const awaitSnapshots = createAwaitSnapshots(wireSteps(process.env));
export const handler = logged('await-snapshots', async (event) => awaitSnapshots(AwaitSnapshotsInput.parse(event)));
