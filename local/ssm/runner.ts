import type { Timer } from '../kernel/clock.ts';
import { createVssSnapshot } from './create-vss-snapshot.ts';
import { DELIVERY_TIMED_OUT, type Ending, EXECUTION_TIMED_OUT, failed } from './ending.ts';
import type { Invocation, Outcome } from './records.ts';
import { keyOf, type Ssm } from './ssm.ts';

/** Takes commands to their guests, and to their end. */
export interface Runner {
  /** Begins with a new command. */
  deliver(invocation: Invocation): void;
  /** Goes on with what a stop interrupted. */
  start(): void;
  stop(): Promise<void>;
}

/** How often the service tries again to reach an agent. */
const RETRY_MS = 5_000;

const VSS = 'AWSEC2-CreateVssSnapshot';

export const createRunner = (ssm: Ssm): Runner => {
  const timers = new Map<string, Timer>();
  const working = new Set<Promise<void>>();
  let stopped = false;

  const at = (time: number, key: string): void => {
    if (stopped) return;
    timers.get(key)?.cancel();
    const timer = ssm.kernel.clock.at(time, () => {
      timers.delete(key);
      if (!stopped) step(key);
    });
    timers.set(key, timer);
  };

  const step = (key: string): void => {
    const invocation = ssm.invocations.get(key);
    if (invocation?.status === 'Pending') take(key, invocation);
    else if (invocation?.status === 'InProgress') perform(key, invocation);
  };

  const take = (key: string, invocation: Invocation): void => {
    const reachable = ssm.isOnline(ssm.instance(invocation.instanceId));
    if (ssm.now >= invocation.deliveryEndsAt) {
      end(key, DELIVERY_TIMED_OUT);
    } else if (!reachable || outcomeOf(ssm, invocation) === 'unreachable') {
      at(Math.min(ssm.now + RETRY_MS, invocation.deliveryEndsAt), key);
    } else {
      const startedAt = ssm.now;
      ssm.invocations.put(key, { ...invocation, status: 'InProgress', statusDetails: 'In Progress', startedAt });
      at(startedAt + Math.min(ssm.settings.commandMs, invocation.executionMs), key);
    }
  };

  const perform = (key: string, invocation: Invocation): void => {
    const endsAt = endOf(invocation);
    const outcome = outcomeOf(ssm, invocation);
    // A guest that went down in the middle says nothing any more.
    const silent = outcome === 'hang' || !ssm.isOnline(ssm.instance(invocation.instanceId));
    if (ssm.now >= endsAt) end(key, EXECUTION_TIMED_OUT);
    else if (silent) at(endsAt, key);
    else if (invocation.document === VSS && outcome !== 'fail') workOn(key, invocation);
    else end(key, scriptEnding(ssm, invocation, outcome));
  };

  const workOn = (key: string, invocation: Invocation): void => {
    ssm.invocations.put(key, { ...invocation, working: true });
    const work = createVssSnapshot(ssm, invocation)
      .catch((error: unknown) => failed(`the local cloud itself failed: ${String(error)}`))
      .then((ending) => (ending ? end(key, ending) : at(endOf(invocation), key)))
      .finally(() => working.delete(work));
    working.add(work);
  };

  const end = (key: string, ending: Ending): void => {
    const invocation = ssm.invocations.get(key);
    // Cancelled meanwhile.
    if (!invocation || (invocation.status !== 'InProgress' && invocation.status !== 'Pending')) return;
    const { working: _, ...rest } = invocation;
    ssm.invocations.put(key, { ...rest, statusDetails: ending.status, ...ending, endedAt: ssm.now });
  };

  return {
    deliver: (invocation) => at(ssm.now + ssm.settings.deliveryMs, keyOf(invocation)),
    start() {
      for (const { key, value } of [...ssm.invocations.entries()]) {
        if (value.working) end(key, failed('The agent was interrupted.'));
        else if (value.status === 'Pending' || value.status === 'InProgress') at(ssm.now, key);
      }
    },
    async stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
      await Promise.allSettled(working);
    },
  };
};

const endOf = ({ startedAt = 0, executionMs }: Invocation): number => startedAt + executionMs;

const outcomeOf = (ssm: Ssm, { instanceId, parameters }: Invocation): Outcome => {
  const { commands, scripts } = ssm.guest(instanceId);
  const text = (parameters.commands ?? []).join('\n');
  return scripts.find(({ contains }) => text.includes(contains))?.outcome ?? commands;
};

const scriptEnding = (ssm: Ssm, { instanceId }: Invocation, outcome: Outcome): Ending => {
  const { stdout, stderr, exitCode } = ssm.guest(instanceId);
  if (outcome === 'fail')
    return { ...failed(`${stderr}failed to run commands: exit status ${exitCode}`, exitCode), stdout };
  return { status: 'Success', responseCode: 0, stdout, stderr };
};
