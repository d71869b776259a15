import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { pageInput, pageOf } from './paging.ts';
import type { GroupRecord } from './records.ts';
import { name } from './schedule-input.ts';
import { groupAccess, type Schedules } from './schedules.ts';

const described = (group: GroupRecord) => ({
  Arn: group.arn,
  Name: group.name,
  State: 'ACTIVE',
  ...(group.createdAt === undefined ? {} : { CreationDate: group.createdAt / 1000 }),
  ...(group.modifiedAt === undefined ? {} : { LastModificationDate: group.modifiedAt / 1000 }),
});

export const getScheduleGroup = (schedules: Schedules): Operation =>
  operation({
    name: 'GetScheduleGroup',
    input: z.strictObject({ Name: name }),
    route: { method: 'GET', path: '/schedule-groups/{Name}' },
    access: (input, call) => [groupAccess(call, 'GetScheduleGroup', input.Name)],
    run: (input, call) => described(schedules.openGroup(call, input.Name)),
  });

export const listScheduleGroups = (schedules: Schedules): Operation =>
  operation({
    name: 'ListScheduleGroups',
    input: z.strictObject({ NamePrefix: name.optional(), ...pageInput }),
    route: { method: 'GET', path: '/schedule-groups' },
    access: (_, call) => [groupAccess(call, 'ListScheduleGroups', '*')],
    run(input, call) {
      const { NamePrefix = '' } = input;
      const fitting = schedules.listGroups(call).filter((group) => group.name.startsWith(NamePrefix));
      const { page, next } = pageOf(fitting, input);
      return { ScheduleGroups: page.map(described), ...next };
    },
  });
