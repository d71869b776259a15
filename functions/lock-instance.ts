import { InstanceRef } from '../core/contracts/steps.ts';
import { createLockInstance } from '../core/steps/backup/lock-instance.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const lockInstance = createLockInstance(wireSteps(process.env));
export const handler = logged('lock-instance', async (event) => lockInstance(InstanceRef.parse(event)));
