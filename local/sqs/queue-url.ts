import type { Kernel } from '../kernel/service.ts';
import type { Queue } from './queues.ts';

/**
 * Clients without an endpoint of their own setting take it from the queue's URL, so it is the local cloud's own. It
 * changes with the port: stored URLs are good for their path only, which is all that operations look at.
 */
export const queueUrl = (kernel: Kernel, queue: Queue): string => `${kernel.endpoint}/${queue.accountId}/${queue.name}`;
