import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Call, type Kernel, type LocalEvent, type Operation, operation } from '../kernel/service.ts';

const Entry = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().max(128).optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().max(1_600).optional(),
  Resources: z.array(z.string().max(2_048)).optional(),
  /** Epoch seconds. */
  Time: z.number().optional(),
});
type Entry = z.infer<typeof Entry>;

const MOST_ENTRIES = 10;
const MOST_BYTES = 262_144;
const TIME_BYTES = 14;

/** As EventBridge counts: what an entry holds, not its JSON. */
const bytesOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : TIME_BYTES,
  );

const busArn = ({ region, accountId }: Call): string => `arn:aws:events:${region}:${accountId}:event-bus/default`;

interface Failure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

const missing = (name: string): Failure => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The event of an entry; what is wrong with one entry leaves the others alone. */
const eventOf = (entry: Entry, call: Call, now: number): LocalEvent | Failure => {
  const { Source, DetailType, Detail, Resources = [], Time } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (Detail === undefined) return missing('Detail');
  if (Source.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' };
  const detail = parsed(Detail);
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail))
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    source: Source,
    'detail-type': DetailType,
    account: call.accountId,
    region: call.region,
    time: new Date(Time === undefined ? now : Time * 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    resources: Resources,
    detail: detail as LocalEvent['detail'],
  };
};

/** One's own events on the account's default bus. Accepted, they are delivered whatever becomes of the process. */
export const createPutEvents = (kernel: Kernel, route: (event: LocalEvent, id: string) => void): Operation =>
  operation({
    name: 'PutEvents',
    input: z.strictObject({ Entries: z.array(Entry).min(1).max(MOST_ENTRIES) }),
    redact: ['Entries'],
    access: ({ Entries }, call) =>
      Entries.map(({ Source, DetailType }) => ({
        action: 'events:PutEvents',
        resource: busArn(call),
        context: {
          'events:source': Source ?? [],
          'events:detail-type': DetailType ?? [],
          'events:eventBusInvocation': 'false',
        },
      })),
    run({ Entries: entries }, call) {
      if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MOST_BYTES)
        throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.', 400);
      const elsewhere = entries.find(
        ({ EventBusName = 'default' }) => EventBusName !== 'default' && EventBusName !== busArn(call),
      );
      if (elsewhere)
        throw new AwsError('ResourceNotFoundException', `Event bus ${elsewhere.EventBusName} does not exist.`, 400);
      const Entries = entries.map((entry) => {
        const event = eventOf(entry, call, kernel.clock.now());
        if ('ErrorCode' in event) return event;
        const EventId = randomUUID();
        route(event, EventId);
        return { EventId };
      });
      return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
    },
  });
