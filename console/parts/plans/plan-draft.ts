/** A plan while somebody writes it. */
import type { z } from 'zod';
import type { PlanFields, PlanView, Purpose, Transport, VerifyDepth } from '../../../core/contracts/plans.ts';
import { type RetentionDraft, retentionDraft, retentionFields, retentionOf } from './retention-draft.ts';
import { type ScheduleDraft, scheduleDraft, scheduleOf } from './schedule-draft.ts';

export interface PlanDraft {
  readonly name: string;
  readonly method: PlanView['method'];
  readonly schedule: ScheduleDraft;
  readonly paused: boolean;
  readonly full: 'first' | 'days' | 'always';
  readonly fullDays: string;
  readonly copy: PlanView['copy']['when'];
  readonly copySchedule: ScheduleDraft;
  readonly copyToRegion: string;
  readonly verify: VerifyDepth;
  readonly consistency: 'crash' | 'application';
  readonly freeze: string;
  readonly thaw: string;
  readonly retention: RetentionDraft;
  /** Snapshots have rules of their own. */
  readonly snapshotsApart: boolean;
  readonly snapshotRetention: RetentionDraft;
  readonly deadline: string;
  readonly purpose: Purpose;
  /** Of operators. */
  readonly transport: Transport;
  readonly streams: string;
}

export const planDraft = (plan: Partial<PlanView> = {}): PlanDraft => {
  const { consistency = { kind: 'crash' }, fullEvery = 0, copy = { when: 'never' } } = plan;
  const copied = scheduleDraft(copy.when === 'on-schedule' ? copy.schedule : undefined);
  return {
    name: plan.name ?? '',
    method: plan.method ?? 'streaming',
    schedule: scheduleDraft(plan.schedule),
    paused: plan.paused ?? false,
    full: fullEvery === 'always' ? 'always' : fullEvery === 0 ? 'first' : 'days',
    fullDays: typeof fullEvery === 'number' && fullEvery > 0 ? String(fullEvery) : '30',
    copy: copy.when,
    copySchedule: copied.kind === 'none' ? { ...copied, kind: 'daily', time: '04:00' } : copied,
    copyToRegion: plan.copyToRegion ?? '',
    verify: plan.verify ?? 'sample',
    consistency: consistency.kind,
    freeze: (consistency.kind === 'application' && consistency.freeze) || '',
    thaw: (consistency.kind === 'application' && consistency.thaw) || '',
    retention: retentionDraft(plan.retention),
    snapshotsApart: plan.snapshotRetention !== undefined,
    snapshotRetention: retentionDraft(plan.snapshotRetention),
    deadline: plan.deadlineMinutes === undefined ? '' : String(plan.deadlineMinutes),
    purpose: plan.purpose ?? 'restore',
    transport: plan.transport ?? 'ebs-direct',
    streams: String(plan.streams ?? 10),
  };
};

/** Snapshots that an earlier method has left are kept by their own rules, too. */
export const hasSnapshots = ({ method, snapshotsApart }: PlanDraft): boolean => method === 'snapshot' || snapshotsApart;

const copyOf = (draft: PlanDraft): z.input<typeof PlanFields>['copy'] => {
  const { copy } = draft;
  if (draft.method === 'streaming') return { when: 'never' };
  const schedule = scheduleOf(draft.copySchedule);
  return copy === 'on-schedule' && schedule
    ? { when: copy, schedule }
    : { when: copy === 'on-schedule' ? 'never' : copy };
};

const consistencyOf = ({ consistency, freeze, thaw }: PlanDraft): z.input<typeof PlanFields>['consistency'] =>
  consistency === 'crash'
    ? { kind: 'crash' }
    : { kind: consistency, ...(freeze === '' ? {} : { freeze }), ...(thaw === '' ? {} : { thaw }) };

/** What is not for its method is left out. What is no number is left to the API to refuse. */
export const planBody = (draft: PlanDraft, isOperator: boolean): z.input<typeof PlanFields> => {
  const schedule = scheduleOf(draft.schedule);
  const retention = retentionOf(draft.retention);
  const snapshotRetention = draft.snapshotsApart ? retentionOf(draft.snapshotRetention) : undefined;
  const copyToRegion = draft.method === 'snapshot' ? draft.copyToRegion.trim() : '';
  return {
    name: draft.name,
    method: draft.method,
    ...(schedule ? { schedule } : {}),
    paused: draft.paused,
    fullEvery: draft.full === 'days' ? Number(draft.fullDays) : draft.full === 'always' ? 'always' : 0,
    copy: copyOf(draft),
    verify: draft.verify,
    consistency: consistencyOf(draft),
    ...(copyToRegion === '' ? {} : { copyToRegion }),
    ...(retention ? { retention } : {}),
    ...(snapshotRetention ? { snapshotRetention } : {}),
    ...(draft.deadline.trim() === '' ? {} : { deadlineMinutes: Number(draft.deadline) }),
    purpose: draft.purpose,
    ...(isOperator ? { transport: draft.transport, streams: Number(draft.streams) } : {}),
  };
};

/** The API's names of what the form has a place for. */
export const PLAN_FIELDS: readonly string[] = [
  ...['name', 'method', 'schedule', 'fullEvery', 'copy', 'copy.schedule', 'copyToRegion', 'verify'],
  ...['consistency', 'consistency.freeze', 'consistency.thaw', 'deadlineMinutes', 'purpose', 'transport', 'streams'],
  ...retentionFields('retention'),
  ...retentionFields('snapshotRetention'),
];
