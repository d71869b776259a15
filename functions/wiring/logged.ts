import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';
import { createEmfMeter } from '../../adapters/aws/emf-meter.ts';
import { withPatience } from '../../adapters/aws/patience.ts';
import { onThrottle } from '../../adapters/aws/throttles.ts';

/** What a line of a function's log is found by. */
const IDS = ['jobId', 'attempt', 'tenantId', 'instanceId', 'recoveryPointId', 'runId', 'orderId', 'nodeId'] as const;
type Ids = { readonly [Id in (typeof IDS)[number]]?: string | number };

const current = new AsyncLocalStorage<Ids>();

/** Of an event only these, and only where they are plain: whatever else it holds may be a secret. */
const idsOf = (event: unknown): Ids => {
  if (typeof event !== 'object' || event === null) return {};
  const given = event as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    IDS.flatMap((name) => {
      const value = given[name];
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
    }),
  );
};

let hearsThrottles = false;
const countThrottles = (): void => {
  const stage = process.env.HOLDFAST_STAGE;
  if (hearsThrottles || !stage) return;
  hearsThrottles = true;
  const meter = createEmfMeter(stage);
  onThrottle((action) => {
    const { attempt: _, ...ids } = current.getStore() ?? {};
    meter.emit({ metrics: { Throttles: 1 }, about: { action, ...(ids as Record<string, string>) } });
  });
};

type About = (event: unknown, output: unknown) => unknown;

/** Where ids are, if not in the event itself: of a status change in what the execution was given. */
export const inExecutionInput: About = (event) => {
  const { detail } = (event ?? {}) as { readonly detail?: { readonly input?: unknown } };
  try {
    return JSON.parse(String(detail?.input));
  } catch {
    return {};
  }
};

/** A node asks by order; whose that is, the answer to its claim says. */
export const inAnswerToo: About = (event, output) => {
  const answer = (output ?? {}) as { readonly libraryAccess?: { readonly tenantId?: unknown } };
  return { ...answer, tenantId: answer.libraryAccess?.tenantId, ...(event as object) };
};

/**
 * A handler that says in one line how each call of it went, with the ids of what it was about, counts what AWS throttled
 * meanwhile, and waits for it with one patience in all. Errors go on as they are; their messages are ours, and name what was called, never with what.
 */
export const logged = <Rest extends readonly unknown[], Output>(
  name: string,
  handler: (event: unknown, ...rest: Rest) => Promise<Output>,
  about: About = (event) => event,
): ((event: unknown, ...rest: Rest) => Promise<Output>) => {
  const logger = new Logger({ serviceName: name });
  countThrottles();
  return (event, ...rest) => {
    const ids = idsOf(about(event, undefined));
    return current.run(ids, async () => {
      const began = performance.now();
      const ms = (): number => Math.round(performance.now() - began);
      try {
        const output = await withPatience(() => handler(event, ...rest));
        logger.info('done', { ...idsOf(about(event, output)), ms: ms() });
        return output;
      } catch (error) {
        const named = error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error' };
        logger.error('failed', { ...ids, ms: ms(), failure: named });
        throw error;
      }
    });
  };
};
