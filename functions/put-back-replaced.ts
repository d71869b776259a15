import { InstanceRef } from '../core/contracts/steps.ts';
import { createPutBackReplaced } from '../core/steps/restore/put-back-replaced.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const putBackReplaced = createPutBackReplaced(wireSteps(process.env));
export const handler = logged('put-back-replaced', async (event) => putBackReplaced(InstanceRef.parse(event)));
