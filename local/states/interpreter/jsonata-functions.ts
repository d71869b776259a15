import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import type { Json } from '../json.ts';
import { fraction, uuidOf } from './random.ts';

/** What makes an evaluation repeatable: the execution's seed, the place in the program, and the time there. */
export interface EvaluationSource {
  readonly seed: string;
  readonly where: string;
  /** ms since 1970 */
  readonly now: number;
}

const formatTime = jsonata('$fromMillis(ms, picture, timezone)');
const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** JSONata gives a sequence of one as the value itself, and of none as nothing. `$range` is such a sequence in AWS. */
const asSequence = (values: number[]): number | number[] | undefined => (values.length > 1 ? values : values[0]);

const range = (first: number, last: number, step: number): number | number[] | undefined => {
  if (![first, last, step].every((value) => typeof value === 'number')) throw new Error('$range expects three numbers');
  if (step === 0) throw new Error('$range: the step must not be zero');
  const count = Math.floor((last - first) / step) + 1;
  if (count > 1000) throw new Error('$range: an array may have at most 1000 elements');
  return asSequence(Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step));
};

const partition = (array: Json[], size: number): Json[][] | undefined => {
  if (array === undefined) return undefined;
  if (!Array.isArray(array)) throw new Error('$partition expects an array');
  if (!Number.isInteger(size) || size < 1) throw new Error('$partition: the chunk size must be a positive integer');
  return Array.from({ length: Math.ceil(array.length / size) }, (_, index) =>
    array.slice(index * size, (index + 1) * size),
  );
};

const hash = (content: Json, algorithm = 'SHA-256'): string | undefined => {
  if (content === undefined) return undefined;
  const name = algorithms[algorithm];
  if (!name) throw new Error(`$hash: unknown algorithm '${algorithm}'`);
  return createHash(name)
    .update(typeof content === 'string' ? content : JSON.stringify(content))
    .digest('hex');
};

const parse = (text: string): Json | undefined => {
  if (text === undefined) return undefined;
  return JSON.parse(text) as Json;
};

/** Step Functions' own JSONata functions, and the standard ones that must give the same again after a restart. */
export const createFunctions = ({ seed, where, now }: EvaluationSource): Record<string, unknown> => {
  let draws = 0;
  const draw = (): string => `${where}~${draws++}`;
  return {
    partition,
    range,
    hash,
    parse,
    uuid: () => uuidOf(seed, draw()),
    random: (given?: number) => (given === undefined ? fraction(seed, draw()) : fraction(String(given), '$random')),
    now: (picture?: string, timezone?: string) => formatTime.evaluate({ ms: now, picture, timezone }),
    millis: () => now,
    // Not available in AWS: calling it is calling a non-function.
    eval: undefined,
  };
};
