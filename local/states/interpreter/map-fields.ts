import type { Json } from '../json.ts';
import { EvaluationFailure } from './errors.ts';
import { expressionIn, wrongType } from './evaluate.ts';
import type { StateContext } from './state-context.ts';

/** The items of a Map without ItemReader: `Items`, or else the state's input. */
export const itemsOf = async (context: StateContext): Promise<Json[]> => {
  const { state, input } = context;
  if (state.Items === undefined) {
    if (Array.isArray(input)) return input;
    throw new EvaluationFailure(`Map state input must be an array but was: ${JSON.stringify(input)}`);
  }
  const items = await context.evaluate(state.Items, 'Items');
  if (Array.isArray(items)) return items;
  // A literal of another type has not passed validation.
  throw expressionIn(state.Items) === undefined
    ? new Error('Items is no array')
    : wrongType(state.Items, items, 'Items', 'array');
};

/** A field that holds a number, by itself or by expression; `fallback` where the state does not have it. */
export const numberOf = async (
  context: StateContext,
  value: Json | undefined,
  field: string,
  fallback: number,
): Promise<number> => {
  if (value === undefined) return fallback;
  const given = await context.evaluate(value, field);
  if (typeof given !== 'number') throw wrongType(value, given, field, 'number');
  return given;
};

/** `MaxConcurrency`; 0, which is also the default, is no limit of the machine's own. */
export const concurrencyOf = async (context: StateContext): Promise<number> => {
  const field = 'MaxConcurrency';
  const given = await numberOf(context, context.state.MaxConcurrency, field, 0);
  if (!Number.isInteger(given) || given < 0) {
    throw new EvaluationFailure(`${field} must be a non-negative integer but was: ${given}`, field, true);
  }
  return given;
};

/** How many failed items, and what share of them in percent, leave the Map succeeded. */
export const toleranceOf = async (context: StateContext): Promise<{ count: number; percentage: number }> => {
  const { ToleratedFailureCount, ToleratedFailurePercentage } = context.state;
  const count = await numberOf(context, ToleratedFailureCount, 'ToleratedFailureCount', 0);
  if (!Number.isInteger(count) || count < 0) {
    throw new EvaluationFailure(
      `ToleratedFailureCount must be a non-negative integer but was: ${count}`,
      'ToleratedFailureCount',
      true,
    );
  }
  const percentage = await numberOf(context, ToleratedFailurePercentage, 'ToleratedFailurePercentage', 0);
  if (percentage < 0 || percentage > 100) {
    throw new EvaluationFailure(
      'ToleratedFailurePercentage must be between 0 and 100.',
      'ToleratedFailurePercentage',
      true,
    );
  }
  return { count, percentage };
};

/** What one iteration gets: `ItemSelector`, or else the item itself. */
export const selectItem = async (context: StateContext, item: Json, index: number): Promise<Json> => {
  const { ItemSelector } = context.state;
  if (ItemSelector === undefined) return item;
  return context.evaluate(ItemSelector, 'ItemSelector', {}, { Map: { Item: { Index: index, Value: item } } });
};
