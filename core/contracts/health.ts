/** How the deployment is: `GET /operator/health`. Operators only. */
import { z } from 'zod';

export const HealthLevel = z.enum(['ok', 'warn', 'bad']);
export type HealthLevel = z.infer<typeof HealthLevel>;

export const HealthFact = z.strictObject({
  name: z.enum([
    'objectives',
    'failed jobs',
    'open jobs',
    'queues',
    'access nodes',
    'sweep findings',
    'sweeps',
    'quarantined orders',
    'throttles',
    'notifications',
    'audit anchor',
    'tick',
    'measurements',
  ]),
  level: HealthLevel,
  /** One sentence. */
  says: z.string(),
  /** Under the names that they have as metrics in CloudWatch; ages and times in seconds. */
  metrics: z.record(z.string(), z.number()),
  /** What it is about, one line each; the first so many of `more` besides. */
  about: z.array(z.string()),
  more: z.int().nonnegative().optional(),
});
export type HealthFact = z.infer<typeof HealthFact>;

export const HealthView = z.strictObject({
  at: z.iso.datetime(),
  /** The worst of the facts'. */
  level: HealthLevel,
  facts: z.array(HealthFact),
});
export type HealthView = z.infer<typeof HealthView>;
