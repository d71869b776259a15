import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

const LARGEST_BATCH = 10;

interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** The entries of a batch, with their ids; SQS's own errors about number and ids come from `runBatch`. */
export const batchOf = <Shape extends z.core.$ZodShape>(entry: Shape) =>
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(z.strictObject({ Id: z.string(), ...entry })) });

/** Runs each entry on its own: one that fails leaves the others alone. Throws if the batch itself is not valid. */
export const runBatch = <Entry extends { readonly Id: string }, Result extends object>(
  entries: readonly Entry[],
  run: (entry: Entry) => Result,
): { Successful: ({ Id: string } & Result)[]; Failed: FailedEntry[] } => {
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.', 400);
  if (entries.length > LARGEST_BATCH)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${LARGEST_BATCH}. You have sent ${entries.length}.`,
      400,
    );
  const ids = new Set(entries.map((entry) => entry.Id));
  if (ids.size < entries.length) throw new AwsError('BatchEntryIdsNotDistinct', 'Id repeated.', 400);
  for (const id of ids)
    if (!/^[\w-]{1,80}$/.test(id))
      throw new AwsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
        400,
      );
  const Successful: ({ Id: string } & Result)[] = [];
  const Failed: FailedEntry[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
};
