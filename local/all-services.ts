import type { ServiceFactory } from './kernel/service.ts';
import { createSts } from './sts/service.ts';

/** Every AWS service that the local cloud has. To add one is to add a line. */
export const allServices: readonly ServiceFactory[] = [createSts];
