import { type Json, type JsonObject, jsonBytes } from '../json.ts';
import type { ItemBatcher } from './definition.ts';
import { StateFailure } from './errors.ts';
import { numberOf } from './map-fields.ts';
import { PAYLOAD_LIMIT, type StateContext } from './state-context.ts';

export interface Batch {
  readonly input: Json;
  readonly items: number;
}

/** Packs items into the inputs of child executions: `{ BatchInput, Items }`. */
export const batchItems = async (
  context: StateContext,
  batcher: ItemBatcher | undefined,
  items: readonly Json[],
): Promise<Batch[]> => {
  if (!batcher) return items.map((input) => ({ input, items: 1 }));
  const most = await numberOf(context, batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch', 0);
  const bytes = await numberOf(context, batcher.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch', 0);
  const mostItems = most > 0 ? most : Number.POSITIVE_INFINITY;
  const mostBytes = bytes > 0 ? Math.min(bytes, PAYLOAD_LIMIT) : PAYLOAD_LIMIT;
  const common: JsonObject =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: await context.evaluate(batcher.BatchInput, 'ItemBatcher/BatchInput') };
  const empty = jsonBytes({ ...common, Items: [] });
  const batches: Batch[] = [];
  let current: Json[] = [];
  let size = empty;
  const close = (): void => {
    if (current.length > 0) batches.push({ input: { ...common, Items: current }, items: current.length });
    current = [];
    size = empty;
  };
  for (const item of items) {
    const itemSize = jsonBytes(item) + 1;
    if (current.length >= mostItems || size + itemSize > mostBytes) close();
    if (empty + itemSize > mostBytes + 1) {
      throw new StateFailure(
        'States.ItemReaderFailed',
        `An item of ${itemSize - 1} bytes does not fit into a batch of at most ${mostBytes} bytes.`,
      );
    }
    current.push(item);
    size += itemSize;
  }
  close();
  return batches;
};
