import { LockedInstance } from '../core/contracts/steps.ts';
import { createCloseSource } from '../core/steps/backup/close-source.ts';
import { wireSteps } from './wiring/steps.ts';

const closeSource = createCloseSource(wireSteps(process.env));
export const handler = async (event: unknown) => closeSource(LockedInstance.parse(event));
