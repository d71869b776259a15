import { LockedInstance } from '../core/contracts/steps.ts';
import { createCloseSource } from '../core/steps/backup/close-source.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const closeSource = createCloseSource(wireSteps(process.env));
export const handler = logged('close-source', async (event) => closeSource(LockedInstance.parse(event)));
