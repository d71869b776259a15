import type { Transfer } from '../../contracts/steps.ts';
import { NoAccessNode, TransientFailure } from '../../domain/errors.ts';
import { namedError } from '../../domain/named-error.ts';
import { resultsOf, transferKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkArea } from '../../ports/control.ts';
import { enterPhase } from '../phase.ts';
import { progressOf } from './progress-so-far.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
}

/**
 * After the segments' Map, whether it succeeded or not: gathers what the orders made for the one that joins it, or says
 * by name why some are not done. A Map's own failure names no cause; the orders' records do.
 */
export const createCollectResults =
  ({ catalog, work, clock }: Deps) =>
  async (input: Transfer): Promise<Transfer> => {
    const { jobId, attempt, instanceId, finishOrderId, queueDeadlineSeconds } = input;
    const all = await catalog.orders.ofAttempt(jobId, attempt, instanceId);
    const { results } = transferKeys(input);
    // A backup copy makes several transfers of one instance.
    const orders = all.filter(({ resultPrefix }) => resultPrefix === results);
    const finish = orders.find(({ orderId }) => orderId === finishOrderId);
    // Closed ones were dropped from the plan.
    const segments = orders.filter(({ orderId, state }) => orderId !== finishOrderId && state !== 'closed');
    const failed =
      segments.find(({ error }) => error !== undefined && error.name !== TransientFailure.name) ??
      segments.find(({ error }) => error);
    const open = segments.filter(({ state }) => state !== 'done');
    if (open.length > 0 || !finish) {
      if (failed?.error) throw namedError(failed.error);
      throw noNode(open.length, segments.length, queueDeadlineSeconds);
    }
    // While the orders ran, their counters came in by heartbeat; now the exact ones are known.
    await enterPhase(catalog, clock, input, 'finishing', {
      ...progressOf(await catalog.jobs.instance(jobId, instanceId), all),
      transferEndedAt: clock.now(),
    });
    await work.putJson(resultsOf(finish.documentKey), {
      resultKeys: Object.fromEntries(segments.map(({ orderId, outcome }) => [orderId, outcome?.resultKey])),
    });
    return input;
  };

/** Why the order that joins the results is not done, by name; unless it is, and only its task's answer was lost. */
export const createExplainFinish =
  ({ catalog }: Pick<Deps, 'catalog'>) =>
  async (input: Transfer): Promise<Transfer> => {
    const { finishOrderId, queueDeadlineSeconds } = input;
    const order = await catalog.orders.get(finishOrderId);
    if (order?.outcome) return input;
    if (order?.error) throw namedError(order.error);
    throw noNode(1, 1, queueDeadlineSeconds);
  };

const noNode = (open: number, all: number, seconds: number): NoAccessNode =>
  new NoAccessNode(
    `no access node finished ${open} of ${all} orders: each waited up to ${seconds} s for one to take or go on with it`,
    {
      remedy: 'start an access node on the service hypervisor’s queues, then start the job again',
    },
  );
