/** CloudWatch's embedded metric format, by its published schema and limits. */
import { z } from 'zod';

const name = z.string().min(1).max(1_024);
/** Names of dimensions: ASCII, not all blank. */
const dimension = z
  .string()
  .regex(/^[\x20-\x7e]{1,250}$/)
  .regex(/\S/);

const Directive = z.strictObject({
  Namespace: z
    .string()
    .regex(/^[\w.\-/#:]{1,1024}$/)
    .refine((it) => !it.startsWith('AWS/')),
  Dimensions: z.array(z.array(dimension).max(30)).min(1),
  Metrics: z
    .array(
      z.strictObject({
        Name: name,
        Unit: z.enum(['Count', 'Seconds', 'Bytes', 'None']).optional(),
        StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
      }),
    )
    .min(1)
    .max(100),
});

const Line = z.looseObject({
  _aws: z.strictObject({ Timestamp: z.int(), CloudWatchMetrics: z.array(Directive).min(1) }),
});
export type EmfLine = z.infer<typeof Line>;

/** Those that say that they are. */
export const emfLines = (lines: readonly string[]): readonly EmfLine[] =>
  lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line) as EmfLine);

const WEEKS_2 = 14 * 86_400_000;
const HOURS_2 = 7_200_000;

/** Throws where CloudWatch would make no metric of it, without a word. */
export const assertEmf = (line: EmfLine, now = Date.now()): void => {
  const { _aws } = Line.parse(line);
  if (_aws.Timestamp < now - WEEKS_2 || _aws.Timestamp > now + HOURS_2) throw new Error('a time that is not taken');
  for (const { Dimensions, Metrics } of _aws.CloudWatchMetrics) {
    for (const each of Dimensions.flat())
      if (typeof line[each] !== 'string' || line[each] === '' || line[each].length > 1_024)
        throw new Error(`the dimension ${each} has no value`);
    for (const { Name } of Metrics) {
      const value = line[Name];
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${Name} is no number: ${value}`);
    }
  }
  if (Buffer.byteLength(JSON.stringify(line)) > 262_144) throw new Error('a line that is cut');
};
