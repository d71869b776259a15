import { isObject, type Json } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import { checkTemplate } from './expressions.ts';
import { catcherFields, retrierFields } from './fields.ts';
import { checkAssign, type StateCheck } from './state-check.ts';

export const checkRetryAndCatch = (check: StateCheck): void => {
  const { state, location, found, isJsonata } = check;
  for (const [index, retrier] of entries(state.Retry, `${location}/Retry`, found)) {
    const place = `${location}/Retry[${index}]`;
    if (!isObject(retrier)) {
      found.add('Expected value of type Object', place);
      continue;
    }
    found.only(retrier, retrierFields, place);
    checkNames(retrier.ErrorEquals, index === (state.Retry as Json[]).length - 1, place, found);
    const { IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds, JitterStrategy } = retrier;
    whole(IntervalSeconds, 1, `${place}/IntervalSeconds`, found);
    whole(MaxAttempts, 0, `${place}/MaxAttempts`, found);
    whole(MaxDelaySeconds, 1, `${place}/MaxDelaySeconds`, found);
    if (BackoffRate !== undefined && !(typeof BackoffRate === 'number' && BackoffRate >= 1)) {
      found.add('Value must be a number of at least 1', `${place}/BackoffRate`);
    }
    found.oneOf(JitterStrategy, ['FULL', 'NONE'], `${place}/JitterStrategy`);
  }
  for (const [index, catcher] of entries(state.Catch, `${location}/Catch`, found)) {
    const place = `${location}/Catch[${index}]`;
    if (!isObject(catcher)) {
      found.add('Expected value of type Object', place);
      continue;
    }
    found.only(catcher, isJsonata ? catcherFields : ['Comment', 'ErrorEquals', 'Next'], place);
    found.required(catcher, ['Next'], place);
    checkNames(catcher.ErrorEquals, index === (state.Catch as Json[]).length - 1, place, found);
    if (!isJsonata) continue;
    checkTemplate(catcher.Output, `${place}/Output`, found);
    checkTemplate(catcher.Assign, `${place}/Assign`, found);
    checkAssign(catcher.Assign, place, found);
  }
};

const entries = (value: Json | undefined, location: string, found: Diagnostics): Iterable<[number, Json]> => {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.entries();
  found.add('Expected value of type Array', location);
  return [];
};

const checkNames = (names: Json | undefined, isLast: boolean, place: string, found: Diagnostics): void => {
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
    found.add('ErrorEquals must be a non-empty array of strings', `${place}/ErrorEquals`);
  } else if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
    found.add("'States.ALL' must appear alone, and in the last element", `${place}/ErrorEquals`);
  }
};

const whole = (value: Json | undefined, least: number, location: string, found: Diagnostics): void => {
  if (value === undefined) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 99_999_999) {
    found.add(`Value must be an integer between ${least} and 99999999`, location);
  }
};
