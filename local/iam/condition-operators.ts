import { BlockList, isIP } from 'node:net';
import { matchesArn, matchesPattern } from './match.ts';
import { matchLiterals } from './policy-variables.ts';

/** `undefined`: can't be decided here (unknown operator or key), so the caller fails closed. */
export type Verdict = boolean | undefined;

type Compare = (actual: string, wanted: string) => Verdict;

export interface Operator {
  readonly compare: Compare;
  /** StringNotEquals and the like: none of the wanted values may fit. */
  readonly negated: boolean;
  /** What may stand in the wanted values: variables only, wildcards too, or neither (numbers, dates, …). */
  readonly wanted: 'text' | 'pattern' | 'value';
}

const DECIMAL = /^[+-]?\d+(\.\d+)?$/;

const number = (compare: (a: number, b: number) => boolean): Compare => {
  return (actual, wanted) =>
    DECIMAL.test(actual) && DECIMAL.test(wanted) ? compare(Number(actual), Number(wanted)) : undefined;
};

const date = (compare: (a: number, b: number) => boolean): Compare => {
  return (actual, wanted) => {
    const [a, b] = [toTime(actual), toTime(wanted)];
    return a === undefined || b === undefined ? undefined : compare(a, b);
  };
};

/** The W3C's profile of ISO 8601. JavaScript's own parser takes a lot more, which IAM would not. */
const W3C_DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?)?)?$/;

/** A date, or seconds since 1970. */
const toTime = (text: string): number | undefined => {
  if (/^\d{5,}$/.test(text)) return Number(text) * 1000;
  const time = W3C_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
};

/** An address, or a range in CIDR notation, of either family; the families never fit each other. */
const ipAddress: Compare = (actual, wanted) => {
  const [network = '', prefix, ...more] = wanted.split('/');
  const [family, own] = [isIP(network), isIP(actual)];
  const longest = family === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || own === 0 || more.length > 0 || !(bits <= longest)) return undefined;
  if (family !== own) return false;
  const range = new BlockList();
  const name = family === 4 ? 'ipv4' : 'ipv6';
  range.addSubnet(network, bits, name);
  return range.check(actual, name);
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const binary: Compare = (actual, wanted) =>
  BASE64.test(actual) && BASE64.test(wanted)
    ? Buffer.from(actual, 'base64').equals(Buffer.from(wanted, 'base64'))
    : undefined;

const truth: Compare = (actual, wanted) =>
  /^(true|false)$/i.test(wanted) ? actual.toLowerCase() === wanted.toLowerCase() : undefined;

const like: Compare = (actual, wanted) => matchLiterals(matchesPattern, wanted, actual);
const arnLike: Compare = (actual, wanted) => matchLiterals(matchesArn, wanted, actual);
const equal: Compare = (actual, wanted) => actual === wanted;
const equalIgnoringCase: Compare = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();

const is = (compare: Compare, wanted: Operator['wanted'] = 'value'): Operator => ({ compare, negated: false, wanted });
const not = (compare: Compare, wanted: Operator['wanted'] = 'value'): Operator => ({ compare, negated: true, wanted });

/** All of IAM's but `Null`, which asks for no value. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is(equal, 'text')],
  ['StringNotEquals', not(equal, 'text')],
  ['StringEqualsIgnoreCase', is(equalIgnoringCase, 'text')],
  ['StringNotEqualsIgnoreCase', not(equalIgnoringCase, 'text')],
  ['StringLike', is(like, 'pattern')],
  ['StringNotLike', not(like, 'pattern')],
  // AWS treats the two pairs alike: ArnEquals knows wildcards too.
  ['ArnEquals', is(arnLike, 'pattern')],
  ['ArnLike', is(arnLike, 'pattern')],
  ['ArnNotEquals', not(arnLike, 'pattern')],
  ['ArnNotLike', not(arnLike, 'pattern')],
  ['Bool', is(truth)],
  ['BinaryEquals', is(binary)],
  ['IpAddress', is(ipAddress)],
  ['NotIpAddress', not(ipAddress)],
  ['NumericEquals', is(number((a, b) => a === b))],
  ['NumericNotEquals', not(number((a, b) => a === b))],
  ['NumericLessThan', is(number((a, b) => a < b))],
  ['NumericLessThanEquals', is(number((a, b) => a <= b))],
  ['NumericGreaterThan', is(number((a, b) => a > b))],
  ['NumericGreaterThanEquals', is(number((a, b) => a >= b))],
  ['DateEquals', is(date((a, b) => a === b))],
  ['DateNotEquals', not(date((a, b) => a === b))],
  ['DateLessThan', is(date((a, b) => a < b))],
  ['DateLessThanEquals', is(date((a, b) => a <= b))],
  ['DateGreaterThan', is(date((a, b) => a > b))],
  ['DateGreaterThanEquals', is(date((a, b) => a >= b))],
]);

export interface OperatorName {
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  readonly base: string;
  readonly ifExists: boolean;
}

/** `ForAllValues:StringEqualsIfExists` in its parts; undefined if IAM has no such operator. */
export const parseOperator = (name: string): OperatorName | undefined => {
  if (name === 'Null') return { base: 'Null', ifExists: false };
  const [, quantifier, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (!OPERATORS.has(base)) return undefined;
  const parts = { base, ifExists: ifExists !== undefined };
  return quantifier === undefined ? parts : { ...parts, quantifier: quantifier as 'ForAllValues' | 'ForAnyValue' };
};
