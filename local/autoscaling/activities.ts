import type { Activity, Group } from './records.ts';

const KEPT = 100;

/** The group's activities with a new one, which goes before the others; the oldest beyond a hundred go. */
export const begin = (group: Group, activity: Activity): readonly Activity[] =>
  [activity, ...group.activities].slice(0, KEPT);

export const end = (
  activities: readonly Activity[],
  id: string,
  endedAt: number,
  status: Activity['status'] = 'Successful',
  message?: string,
): readonly Activity[] =>
  activities.map((activity) =>
    activity.id === id && activity.status === 'InProgress'
      ? { ...activity, endedAt, status, ...(message !== undefined && { message }) }
      : activity,
  );

export const activityXml = (group: Group, activity: Activity) => ({
  ActivityId: activity.id,
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  Description: activity.description,
  Cause: activity.cause,
  StartTime: new Date(activity.startedAt),
  EndTime: activity.endedAt === undefined ? undefined : new Date(activity.endedAt),
  StatusCode: activity.status,
  StatusMessage: activity.message,
  Progress: activity.status === 'InProgress' ? 50 : 100,
});
