import type { PolicyStatement } from '../kernel/service.ts';
import { matchesArn, matchesPattern, toList } from './match.ts';
import { type Expand, matchLiterals } from './policy-variables.ts';
import { lookUp, type RequestContext } from './request-context.ts';

/** `undefined`: can't be decided here (unknown operator or key), so the caller fails closed. */
export type Verdict = boolean | undefined;

type Compare = (actual: string, wanted: string) => Verdict;

interface Operator {
  readonly compare: Compare;
  /** StringNotEquals and the like: none of the wanted values may fit. */
  readonly negated: boolean;
  readonly pattern: boolean;
}

const number = (compare: (a: number, b: number) => boolean): Compare => {
  return (actual, wanted) => {
    const [a, b] = [Number(actual), Number(wanted)];
    return actual.trim() === '' || Number.isNaN(a) ? false : Number.isNaN(b) ? undefined : compare(a, b);
  };
};

const date = (compare: (a: number, b: number) => boolean): Compare => {
  return (actual, wanted) => {
    const [a, b] = [toTime(actual), toTime(wanted)];
    return Number.isNaN(a) ? false : Number.isNaN(b) ? undefined : compare(a, b);
  };
};

/** ISO 8601, or seconds since 1970. */
const toTime = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const like: Compare = (actual, wanted) => matchLiterals(matchesPattern, wanted, actual);
const arnLike: Compare = (actual, wanted) => matchLiterals(matchesArn, wanted, actual);
const equal: Compare = (actual, wanted) => actual === wanted;
const equalIgnoringCase: Compare = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();

const plain = (compare: Compare, pattern = false): Operator => ({ compare, negated: false, pattern });
const not = (compare: Compare, pattern = false): Operator => ({ compare, negated: true, pattern });

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', plain(equal)],
  ['StringNotEquals', not(equal)],
  ['StringEqualsIgnoreCase', plain(equalIgnoringCase)],
  ['StringNotEqualsIgnoreCase', not(equalIgnoringCase)],
  ['StringLike', plain(like, true)],
  ['StringNotLike', not(like, true)],
  // AWS treats the two pairs alike: ArnEquals knows wildcards too.
  ['ArnEquals', plain(arnLike, true)],
  ['ArnLike', plain(arnLike, true)],
  ['ArnNotEquals', not(arnLike, true)],
  ['ArnNotLike', not(arnLike, true)],
  ['Bool', plain(equalIgnoringCase)],
  ['NumericEquals', plain(number((a, b) => a === b))],
  ['NumericNotEquals', not(number((a, b) => a === b))],
  ['NumericLessThan', plain(number((a, b) => a < b))],
  ['NumericLessThanEquals', plain(number((a, b) => a <= b))],
  ['NumericGreaterThan', plain(number((a, b) => a > b))],
  ['NumericGreaterThanEquals', plain(number((a, b) => a >= b))],
  ['DateEquals', plain(date((a, b) => a === b))],
  ['DateNotEquals', not(date((a, b) => a === b))],
  ['DateLessThan', plain(date((a, b) => a < b))],
  ['DateLessThanEquals', plain(date((a, b) => a <= b))],
  ['DateGreaterThan', plain(date((a, b) => a > b))],
  ['DateGreaterThanEquals', plain(date((a, b) => a >= b))],
]);

/** Whether all conditions of a statement hold: every operator and every key must. */
export const conditionsHold = (
  condition: PolicyStatement['Condition'],
  context: RequestContext,
  expand: Expand,
): Verdict => {
  let verdict: Verdict = true;
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      const one = conditionHolds(operator, lookUp(context, key), toList(wanted), expand);
      if (one === false) return false;
      if (one === undefined) verdict = undefined;
    }
  }
  return verdict;
};

const conditionHolds = (
  name: string,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
  expand: Expand,
): Verdict => {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (base === 'Null') return isNull(actual, wanted);
  const operator = OPERATORS.get(base);
  if (!operator) return undefined;
  if (ifExists && (actual === undefined || actual.length === 0)) return true;
  if (actual === undefined) return undefined;
  if (actual.length === 0) return quantifier === 'ForAllValues' || (operator.negated && quantifier !== 'ForAnyValue');

  const fits = (value: string): Verdict => fitsAny(operator, value, wanted, expand);
  const verdicts = actual.map(fits);
  // Without a quantifier, a key with several values is compared as if any of them counted; negated, as if all did.
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated);
  if (verdicts.includes(!all)) return !all;
  return verdicts.includes(undefined) ? undefined : all;
};

const fitsAny = (operator: Operator, value: string, wanted: readonly string[], expand: Expand): Verdict => {
  let undecided = false;
  for (const text of wanted) {
    const expected = expand(text, operator.pattern);
    const verdict = expected === undefined ? undefined : operator.compare(value, expected);
    if (verdict === true) return !operator.negated;
    if (verdict === undefined) undecided = true;
  }
  return undecided ? undefined : operator.negated;
};

const isNull = (actual: readonly string[] | undefined, wanted: readonly string[]): Verdict => {
  const absent = actual === undefined || actual.length === 0;
  return wanted.some((value) => value.toLowerCase() === String(absent));
};
