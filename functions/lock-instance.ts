import { InstanceRef } from '../core/contracts/steps.ts';
import { createLockInstance } from '../core/steps/backup/lock-instance.ts';
import { wireSteps } from './wiring/steps.ts';

const lockInstance = createLockInstance(wireSteps(process.env));
export const handler = async (event: unknown) => lockInstance(InstanceRef.parse(event));
