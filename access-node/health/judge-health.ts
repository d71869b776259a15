import { z } from 'zod';
import { RunProgress } from '../../core/contracts/library-runs.ts';
import { Counters } from '../../core/contracts/orders.ts';
import { loggedText } from '../log.ts';
import type { Attempts, NodeFacts } from './watch-node.ts';

const Time = z.iso.datetime();
const Lately = z.object({
  lastSuccess: Time.optional(),
  lastFailure: z.object({ at: Time, error: z.string() }).optional(),
});

/** What `GET /health` answers with. Nothing in it is secret, and nothing names a tenant. */
export const NodeHealth = z.object({
  healthy: z.boolean(),
  /** A sentence each; none if it is healthy. */
  problems: z.array(z.string()),
  state: z.enum(['starting', 'idle', 'working', 'draining']),
  version: z.string(),
  nodeId: z.string(),
  nodeName: z.string(),
  serviceId: z.string(),
  pid: z.int(),
  startedAt: Time,
  slots: z.int(),
  orders: z.array(
    z.object({
      orderId: z.string(),
      jobId: z.string(),
      attempt: z.int(),
      startedAt: Time,
      seconds: z.number(),
      counters: Counters,
      progress: RunProgress.optional(),
    }),
  ),
  /** Of the queues. */
  polls: Lately,
  /** Registration and heartbeats. */
  controlPlane: Lately,
});
export type NodeHealth = z.infer<typeof NodeHealth>;

/** What does not change while a node runs. */
export interface NodeSelf {
  readonly version: string;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly serviceId: string;
  readonly pid: number;
  readonly slots: number;
  readonly pollSeconds: number;
}

/** Beyond what one look into a queue takes: a pause after a failure, and tries of AWS's that are slow. */
const POLL_SLACK_SECONDS = 60;
/** Three heartbeats may be lost before anybody has to know; where they are frequent, so long. */
const LEAST_SILENCE_SECONDS = 60;

const iso = (ms: number): string => new Date(ms).toISOString();
const because = ({ failure }: Attempts): string =>
  failure === undefined ? '' : `; last: ${loggedText(String(failure.error))}`;

const problemsOf = (facts: NodeFacts, now: number, { pollSeconds }: NodeSelf): string[] => {
  const { polls, presence, fullSince, freeSince, draining, heartbeatSeconds } = facts;
  const problems: string[] = [];
  const polling = fullSince === undefined && !draining;
  if (polls.succeededAt === undefined) problems.push(`no queue has been read yet${because(polls)}`);
  else {
    const since = Math.max(polls.succeededAt, freeSince ?? 0);
    if (polling && now - since > (pollSeconds + POLL_SLACK_SECONDS) * 1_000)
      problems.push(`no queue could be read since ${iso(since)}${because(polls)}`);
  }
  if (presence.succeededAt === undefined)
    problems.push(`the control plane does not know of this node yet${because(presence)}`);
  else if (now - presence.succeededAt > Math.max(3 * (heartbeatSeconds ?? 0), LEAST_SILENCE_SECONDS) * 1_000)
    problems.push(`the control plane has not answered since ${iso(presence.succeededAt)}${because(presence)}`);
  return problems;
};

const stateOf = ({ draining, orders, polls }: NodeFacts): NodeHealth['state'] => {
  if (draining) return 'draining';
  if (orders.length > 0) return 'working';
  return polls.succeededAt === undefined ? 'starting' : 'idle';
};

const lately = ({ succeededAt, failure }: Attempts): NodeHealth['polls'] => ({
  ...(succeededAt === undefined ? {} : { lastSuccess: iso(succeededAt) }),
  ...(failure && { lastFailure: { at: iso(failure.at), error: loggedText(String(failure.error)) } }),
});

/** Healthy is who reads its queues (unless it has no room or drains) and is heard by the control plane. */
export const judgeHealth = (facts: NodeFacts, self: NodeSelf, now: number): NodeHealth => {
  const problems = problemsOf(facts, now, self);
  const { pollSeconds: _, ...named } = self;
  return {
    healthy: problems.length === 0,
    problems,
    state: stateOf(facts),
    ...named,
    startedAt: iso(facts.startedAt),
    orders: facts.orders.map(({ startedAt, ...order }) => ({
      ...order,
      startedAt: iso(startedAt),
      seconds: Math.round((now - startedAt) / 100) / 10,
    })),
    polls: lately(facts.polls),
    controlPlane: lately(facts.presence),
  };
};
