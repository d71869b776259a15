import type { PolicyStatement } from '../kernel/service.ts';
import { OPERATORS, type Operator, parseOperator, type Verdict } from './condition-operators.ts';
import { toList } from './match.ts';
import type { Expand } from './policy-variables.ts';
import { lookUp, type RequestContext } from './request-context.ts';

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
  const parts = parseOperator(name);
  // A key that this cloud does not know may well have a value on AWS: neither IfExists nor Null can tell.
  if (!parts || actual === undefined) return undefined;
  const { quantifier, base, ifExists } = parts;
  const operator = OPERATORS.get(base);
  if (!operator) return isNull(actual, wanted);
  if (actual.length === 0) {
    // Of no values none fits, with IfExists or without.
    if (quantifier === 'ForAnyValue') return false;
    return ifExists || quantifier === 'ForAllValues' || operator.negated;
  }

  // AWS leaves open what several values mean without a quantifier, and warns of it when a policy is written.
  if (actual.length > 1 && quantifier === undefined) return undefined;
  const fits = (value: string): Verdict => fitsAny(operator, value, wanted, expand);
  const verdicts = actual.map(fits);
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated);
  if (verdicts.includes(!all)) return !all;
  return verdicts.includes(undefined) ? undefined : all;
};

const fitsAny = (operator: Operator, value: string, wanted: readonly string[], expand: Expand): Verdict => {
  let undecided = false;
  for (const text of wanted) {
    const expected = operator.wanted === 'value' ? text : expand(text, operator.wanted === 'pattern');
    const verdict = expected === undefined ? undefined : operator.compare(value, expected);
    if (verdict === true) return !operator.negated;
    if (verdict === undefined) undecided = true;
  }
  return undecided ? undefined : operator.negated;
};

const isNull = (actual: readonly string[], wanted: readonly string[]): Verdict => {
  const values = wanted.map((value) => value.toLowerCase());
  if (values.some((value) => value !== 'true' && value !== 'false')) return undefined;
  return values.includes(String(actual.length === 0));
};
