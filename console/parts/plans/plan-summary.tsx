import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { ReactNode } from 'react';
import { copyWords, fullWords, retentionWords } from '../../../cli/plan-words.ts';
import { duration } from '../../../cli/units.ts';
import { PlanFields, type PlanView } from '../../../core/contracts/plans.ts';
import { windowOf } from '../../../core/domain/objective.ts';
import { texts } from '../../texts.ts';
import { When } from '../when.tsx';
import { type PlanDraft, planBody } from './plan-draft.ts';
import { PlanGroups } from './plan-groups.tsx';
import { nextTimes, scheduleProblem } from './schedule-draft.ts';
import { scheduleInWords } from './schedule-words.ts';

const words = texts.plan.summary;
const SHOWN = 3;

/** When an instance is late by this schedule: the rule that Holdfast itself looks at its plans with. */
const lateWords = (schedule: NonNullable<PlanView['schedule']>, anchor: number): string | undefined => {
  const window = windowOf({ action: 'backup', schedule, enabled: true, anchor }, Date.now());
  return window && Number.isFinite(window.allowedMs) ? words.lateAfter(duration(window.allowedMs / 1_000)) : undefined;
};

interface Props {
  readonly draft: PlanDraft;
  readonly plan: PlanView | undefined;
  readonly tenant: string | undefined;
}

/** Beside the form: what the plan does, in words, and when next. */
export const PlanSummary = ({ draft, plan, tenant }: Props) => {
  const body = planBody(draft, false);
  const { schedule } = body;
  const fields = PlanFields.partial({ name: true }).safeParse({ ...body, name: undefined }).data;
  const readable = schedule && scheduleProblem(schedule as Required<typeof schedule>) === undefined;
  const own = readable ? { expression: schedule.expression, timeZone: schedule.timeZone ?? 'UTC' } : undefined;
  // a rate is counted from its newest run, else from when it is saved
  const anchor = plan?.lastRunAt === undefined ? Date.now() : Date.parse(plan.lastRunAt);
  const times = own && !draft.paused ? nextTimes(own, anchor, SHOWN) : [];
  const late = own && !draft.paused ? lateWords(own, anchor) : undefined;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.runs, own ? scheduleInWords(own) : schedule ? words.unreadable : words.onDemand],
    [
      words.next,
      draft.paused
        ? words.paused
        : times.length > 0
          ? times.map((at) => (
              <div key={at}>
                <When at={at} />
              </div>
            ))
          : undefined,
    ],
    [words.late, late],
    [words.full, fields && draft.method === 'streaming' ? fullWords(fields) : undefined],
    [words.copied, fields && draft.method === 'snapshot' ? copyWords(fields) : undefined],
    [words.kept, fields?.retention ? retentionWords(fields.retention) : words.forEver],
    [
      words.snapshotsKept,
      draft.method !== 'snapshot'
        ? undefined
        : fields?.snapshotRetention
          ? retentionWords(fields.snapshotRetention)
          : words.alike,
    ],
    [words.protects, plan ? <PlanGroups key="groups" planId={plan.planId} tenant={tenant} /> : undefined],
    [words.lastRun, plan?.lastRunAt ? <When key="last" at={plan.lastRunAt} /> : undefined],
  ];
  return (
    <Container header={<Header variant="h2">{words.header}</Header>}>
      <KeyValuePairs
        columns={1}
        items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
      />
    </Container>
  );
};
