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

/** What one iteration gets: `ItemSelector`, or else the item itself. */
export const selectItem = async (context: StateContext, item: Json, index: number): Promise<Json> => {
  const { ItemSelector } = context.state;
  if (ItemSelector === undefined) return item;
  return context.evaluate(ItemSelector, 'ItemSelector', {}, { Map: { Item: { Index: index, Value: item } } });
};
