import { setTimeout as delay } from 'node:timers/promises';
import type { NodeHealth } from '../health/judge-health.ts';
import { askHealth, CommandFailed, stateIn } from './ask-node.ts';

export interface HealthAsked {
  readonly port?: number;
  readonly stateFolder: string;
  readonly json?: boolean;
  /** Seconds to wait for a healthy node. */
  readonly wait?: number;
}

const LOOK_EVERY_MS = 500;

const MIB = 1_048_576;

/** As people read it. */
export const healthLines = (health: NodeHealth): string[] => {
  const { healthy, state, version, nodeId, nodeName, pid, startedAt, slots, orders, problems, polls, controlPlane } =
    health;
  return [
    `${healthy ? 'healthy' : 'NOT healthy'}: ${state}, ${orders.length} of ${slots} orders`,
    ...problems.map((problem) => `  ${problem}`),
    `node           ${nodeId} (${nodeName}), version ${version}, process ${pid}, since ${startedAt}`,
    `queues read    ${polls.lastSuccess ?? 'never'}`,
    `control plane  ${controlPlane.lastSuccess ?? 'never'}`,
    ...orders.map(({ orderId, jobId, attempt, seconds, counters, progress }) => {
      const far = progress ? `, ${progress.done} of ${progress.total} ${progress.unit}` : '';
      const moved = `${counters.transferred} blocks moved, ${(counters.storedBytes / MIB).toFixed(1)} MiB stored`;
      return `order          ${orderId} of ${jobId}, attempt ${attempt}, for ${seconds} s: ${moved}${far}`;
    }),
  ];
};

/** Answers with the exit code: 0 if the node is healthy. Throws CommandFailed if none answers. */
export const health = async (asked: HealthAsked, say: (line: string) => void): Promise<number> => {
  const end = performance.now() + (asked.wait ?? 0) * 1_000;
  for (;;) {
    const late = performance.now() >= end;
    const found = await find(asked).catch((error: unknown) => {
      // Who waits expects that it is not there yet, or not whole.
      if (late) throw error;
      return undefined;
    });
    if (found?.healthy || (found && late)) {
      if (asked.json) say(JSON.stringify(found));
      else for (const line of healthLines(found)) say(line);
      return found.healthy ? 0 : 1;
    }
    if (late) throw new CommandFailed(`no access node answers: ${whereOf(asked)}`);
    await delay(LOOK_EVERY_MS);
  }
};

const find = async ({ port, stateFolder }: HealthAsked): Promise<NodeHealth | undefined> => {
  const there = port ?? stateIn(stateFolder)?.port;
  return there === undefined ? undefined : askHealth(there);
};

const whereOf = ({ port, stateFolder }: HealthAsked): string =>
  port === undefined ? `none that runs has its state in ${stateFolder}` : `nothing listens at 127.0.0.1:${port}`;
