import { LockedInstance } from '../core/contracts/steps.ts';
import { createOpenSource } from '../core/steps/backup/open-source.ts';
import { wireSteps } from './wiring/steps.ts';

const openSource = createOpenSource(wireSteps(process.env));
export const handler = async (event: unknown) => openSource(LockedInstance.parse(event));
