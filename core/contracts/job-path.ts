/** The states that a job's attempt went through, as Step Functions recorded them. Operators only. */
import { z } from 'zod';
import { InstanceId, JobId } from './ids.ts';

const Time = z.iso.datetime();

/** JSON, without what is secret, or not known to be none; `cut`: it goes on. */
const ShownData = z.strictObject({ text: z.string(), cut: z.literal(true).optional() });

const PathStateShape = z.strictObject({
  name: z.string(),
  enteredAt: Time,
  exitedAt: Time.optional(),
  error: z.strictObject({ name: z.string(), cause: z.string() }).optional(),
  /** How often its task was begun, if more than once; and why it was begun again: the last ten. */
  tries: z.int().positive().optional(),
  retries: z.array(z.strictObject({ at: Time, name: z.string(), cause: z.string() })).optional(),
  /** Of the state that was asked for. */
  input: ShownData.optional(),
  output: ShownData.optional(),
});

/** `state`: a name, whose input and output are told; `instance`: only of that one's. */
export const JobPathQuery = z.strictObject({
  state: z.string().min(1).max(80).optional(),
  instance: InstanceId.optional(),
});
export type JobPathQuery = z.infer<typeof JobPathQuery>;

export const JobPath = z.strictObject({
  jobId: JobId,
  attempt: z.int().positive(),
  executionArn: z.string(),
  status: z.string(),
  states: z.array(
    PathStateShape.extend({
      children: z
        .array(
          z.strictObject({
            label: z.string(),
            status: z.string(),
            states: z.array(
              PathStateShape.extend({
                children: z
                  .array(z.strictObject({ label: z.string(), status: z.string(), states: z.array(PathStateShape) }))
                  .optional(),
              }),
            ),
          }),
        )
        .optional(),
    }),
  ),
});
export type JobPath = z.infer<typeof JobPath>;
