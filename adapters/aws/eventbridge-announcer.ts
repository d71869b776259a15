import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Announcement } from '../../core/domain/announcements.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { Announcer } from '../../core/ports/health.ts';
import { callOwn } from './classify.ts';

/** What rules select our events by; who may put events may put those of this source only. */
export const SOURCE = 'holdfast';
const MOST_ENTRIES = 10;

interface Place {
  readonly client: EventBridgeClient;
  /** Deployments of several stages share an account's bus. */
  readonly stage: string;
}

/** Events on the account's default bus. */
export const createEventBridgeAnnouncer = ({ client, stage }: Place): Announcer => {
  const put = async (announcements: readonly Announcement[]): Promise<void> => {
    const { FailedEntryCount = 0, Entries = [] } = await callOwn('events:PutEvents', () =>
      client.send(
        new PutEventsCommand({
          Entries: announcements.map(({ type, detail }) => ({
            Source: SOURCE,
            DetailType: type,
            Detail: JSON.stringify({ stage, ...detail }),
          })),
        }),
      ),
    );
    // an entry that was not taken is no error of the request
    if (FailedEntryCount === 0) return;
    const failed = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
    throw new TransientFailure(
      `events:PutEvents: ${FailedEntryCount} not taken: ${failed?.ErrorCode} ${failed?.ErrorMessage}`,
    );
  };
  return {
    async announce(announcements) {
      for (let from = 0; from < announcements.length; from += MOST_ENTRIES)
        await put(announcements.slice(from, from + MOST_ENTRIES));
    },
  };
};
