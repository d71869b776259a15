import { AwsError } from '../kernel/errors.ts';

export type EventPattern = Readonly<Record<string, unknown>>;

const invalid = (reason: string) =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`, 400);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

const assertAnythingBut = (operand: unknown): void => {
  if (isRecord(operand)) {
    const [name, ...others] = Object.keys(operand);
    if (name !== 'prefix' || others.length > 0 || typeof operand.prefix !== 'string')
      throw invalid('anything-but takes values or a prefix');
    return;
  }
  const values = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0 || !values.every((value) => typeof value === 'string' || typeof value === 'number'))
    throw invalid('anything-but takes strings or numbers');
};

const assertMatcher = (matcher: unknown): void => {
  if (isScalar(matcher)) return;
  if (!isRecord(matcher)) throw invalid('a list may hold values and matchers only');
  const [name, ...others] = Object.keys(matcher);
  if (name === undefined || others.length > 0) throw invalid('a matcher has exactly one name');
  const operand = matcher[name];
  if (name === 'prefix' && typeof operand === 'string') return;
  if (name === 'exists' && typeof operand === 'boolean') return;
  if (name !== 'anything-but') throw invalid(`Unrecognized match type ${name}`);
  assertAnythingBut(operand);
};

/**
 * Throws InvalidEventPatternException for everything that `matchesPattern` does not know, so that a rule never fires,
 * or fails to, because an operator was passed over: values, `prefix`, `anything-but` and `exists` are known.
 */
export const assertPattern: (pattern: unknown) => asserts pattern is EventPattern = (pattern) => {
  if (!isRecord(pattern) || Object.keys(pattern).length === 0) throw invalid('a pattern is an object with members');
  for (const [name, value] of Object.entries(pattern)) {
    if (name.startsWith('$')) throw invalid(`${name} is not known`);
    if (Array.isArray(value)) {
      if (value.length === 0) throw invalid(`the list of ${name} is empty`);
      for (const matcher of value) assertMatcher(matcher);
    } else assertPattern(value);
  }
};

const matchesOne = (matcher: unknown, values: readonly unknown[]): boolean => {
  if (!isRecord(matcher)) return values.includes(matcher);
  if (typeof matcher.exists === 'boolean') return values.length > 0 === matcher.exists;
  const { prefix } = matcher;
  if (typeof prefix === 'string') return values.some((value) => typeof value === 'string' && value.startsWith(prefix));
  const other = matcher['anything-but'];
  if (isRecord(other)) {
    const start = String(other.prefix);
    return values.some((value) => typeof value === 'string' && !value.startsWith(start));
  }
  const excluded: unknown[] = Array.isArray(other) ? other : [other];
  return values.some((value) => !excluded.includes(value));
};

/** Whether an event fits a pattern that `assertPattern` let through: all of its members must. */
export const matchesPattern = (pattern: EventPattern, event: unknown): boolean =>
  Object.entries(pattern).every(([name, wanted]) => {
    const value = isRecord(event) ? event[name] : undefined;
    if (!Array.isArray(wanted)) {
      // Of a list of objects, one must fit.
      const candidates: unknown[] = Array.isArray(value) ? value : [value];
      return candidates.some((candidate) => matchesPattern(wanted as EventPattern, candidate));
    }
    const values: unknown[] = value === undefined || isRecord(value) ? [] : Array.isArray(value) ? value : [value];
    return wanted.some((matcher) => matchesOne(matcher, values));
  });
