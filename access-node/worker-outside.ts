import { randomBytes } from 'node:crypto';
import type { NodeConfiguration } from './configuration.ts';
import { openNodeStorage } from './storage.ts';
import type { WorkerOutside } from './worker.ts';

/** What a node's worker is given, whatever runs it: a thread of its own, or the simulation. */
export const openWorkerOutside = async (configuration: NodeConfiguration): Promise<WorkerOutside> => {
  const { connections, slots, level } = configuration;
  const storage = await openNodeStorage(configuration);
  return { ...storage, connections, slots, level, now: Date.now, random: Math.random, randomBytes };
};
