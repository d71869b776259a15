import { ListSchedulesCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { ScheduleList } from '../../core/ports/sweeps.ts';
import { callOwn, required } from './classify.ts';

const ACTION = 'scheduler:ListSchedules';

export const createScheduleList = ({
  client,
  group,
}: {
  readonly client: SchedulerClient;
  readonly group: string;
}): ScheduleList => ({
  async names() {
    const found: { name: string; createdAt: number }[] = [];
    let next: string | undefined;
    do {
      const page = await callOwn(ACTION, () =>
        client.send(
          new ListSchedulesCommand({
            GroupName: group,
            MaxResults: 100,
            ...(next === undefined ? {} : { NextToken: next }),
          }),
        ),
      );
      for (const { Name, CreationDate } of page.Schedules ?? []) {
        const createdAt = required(CreationDate, 'CreationDate', ACTION).getTime();
        found.push({ name: required(Name, 'Name', ACTION), createdAt });
      }
      next = page.NextToken;
    } while (next !== undefined);
    return found;
  },
});
