import { InstanceRef } from '../core/contracts/steps.ts';
import { createPutBackReplaced } from '../core/steps/restore/put-back-replaced.ts';
import { wireSteps } from './wiring/steps.ts';

const putBackReplaced = createPutBackReplaced(wireSteps(process.env));
export const handler = async (event: unknown) => putBackReplaced(InstanceRef.parse(event));
