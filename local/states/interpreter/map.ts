import { processorOf } from './definition.ts';
import { runDistributed } from './map-distributed.ts';
import { runInline } from './map-inline.ts';
import { withRetryAndCatch } from './retry-catch.ts';
import type { StateHandler } from './state-context.ts';

export const runMap: StateHandler = (context) => {
  const distributed = processorOf(context.state).ProcessorConfig?.Mode === 'DISTRIBUTED';
  return withRetryAndCatch(
    context,
    () => (distributed ? runDistributed(context) : runInline(context)),
    async () => void (await context.emit('MapStateFailed')),
  );
};
