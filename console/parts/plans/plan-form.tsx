import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import Toggle from '@cloudscape-design/components/toggle';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { PlanView } from '../../../core/contracts/plans.ts';
import { plansAddress } from '../../addresses.ts';
import { call, callGuarded } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { plainly } from '../../plainly.ts';
import { texts } from '../../texts.ts';
import { useWho } from '../../who.tsx';
import { refusalOf } from '../refusal.ts';
import { SaveForm } from '../save-form.tsx';
import { useIntent } from '../use-intent.ts';
import { Waits } from '../waits.tsx';
import { hasSnapshots, PLAN_FIELDS, type PlanDraft, planBody, planDraft } from './plan-draft.ts';
import { PlanHow } from './plan-how.tsx';
import { PlanMore } from './plan-more.tsx';
import { PlanSummary } from './plan-summary.tsx';
import { RemovePlan } from './remove-plan.tsx';
import { RetentionEditor } from './retention-editor.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';

const words = texts.plan;
const METHODS = ['streaming', 'snapshot'] as const;

interface Props {
  readonly plan: PlanView | undefined;
  readonly tenant: string | undefined;
  /** Reads the plan anew: what was typed is gone. Absent of one that is to be made. */
  readonly reload?: () => void;
}

/** Where it waits for approval, nothing has changed yet, and the form stays. */
const useSave = ({ plan, tenant }: Omit<Props, 'reload'>, body: ReturnType<typeof planBody>) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { keyFor } = useIntent();
  return useMutation({
    mutationFn: async () => {
      if (plan) {
        const { route, on } = onTenant('replacePlan', tenant);
        const { planId, updatedAt: ifUpdatedAt } = plan;
        return callGuarded(route, { params: { ...on, planId }, query: { ifUpdatedAt }, body });
      }
      const { route, on } = onTenant('addPlan', tenant);
      return { done: await call(route, { params: on, body, idempotencyKey: keyFor(body) }), waits: undefined };
    },
    onSuccess: async ({ waits }) => {
      if (waits) return;
      await queries.invalidateQueries({ queryKey: ['plans', tenant] });
      queries.removeQueries({ queryKey: ['plan', tenant] });
      void navigate(plansAddress(tenant));
    },
  });
};

export const PlanForm = ({ plan: written, tenant, reload }: Props) => {
  const plan = written && plainly(written);
  const isOperator = useWho().kind === 'operator';
  const [draft, setDraft] = useState(() => planDraft(written));
  const save = useSave({ plan, tenant }, planBody(draft, isOperator));
  const change = (changed: Partial<PlanDraft>): void => {
    // what was refused, or waits, is another plan by now
    save.reset();
    setDraft((before) => ({ ...before, ...changed }));
  };
  const { at, rest } = refusalOf(save.error, PLAN_FIELDS);
  const part = { draft, change, at };
  return (
    <SaveForm
      list={{ text: texts.plans.header, href: plansAddress(tenant) }}
      title={plan?.name ?? words.new}
      actions={plan ? <RemovePlan plan={plan} tenant={tenant} /> : undefined}
      save={plan ? words.save : words.add}
      cancel={words.cancel}
      pending={save.isPending}
      error={rest}
      reload={reload}
      onSave={() => save.mutate()}
      besideColumns={4}
      beside={<PlanSummary draft={draft} plan={plan} tenant={tenant} />}
    >
      <Container>
        <SpaceBetween size="m">
          <FormField label={words.name} errorText={at('name')}>
            <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
          </FormField>
          <FormField label={words.method} errorText={at('method')} stretch>
            <Tiles
              value={draft.method}
              items={METHODS.map((value) => ({
                value,
                label: words.methods[value].label,
                description: words.methods[value].about,
              }))}
              onChange={({ detail }) => change({ method: detail.value === 'snapshot' ? 'snapshot' : 'streaming' })}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{words.when}</Header>}>
        <SpaceBetween size="m">
          <ScheduleEditor
            label={words.schedule.label}
            canBeNone
            draft={draft.schedule}
            error={at('schedule')}
            onChange={(schedule) => change({ schedule })}
          />
          <Toggle
            checked={draft.paused}
            description={words.pausedAbout}
            onChange={({ detail }) => change({ paused: detail.checked })}
          >
            {words.paused}
          </Toggle>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{words.retention.header}</Header>}>
        <RetentionEditor
          field="retention"
          draft={draft.retention}
          at={at}
          onChange={(retention) => change({ retention })}
        />
      </Container>
      {hasSnapshots(draft) ? (
        <Container header={<Header variant="h2">{words.retention.snapshots}</Header>}>
          <SpaceBetween size="m">
            <Toggle
              checked={draft.snapshotsApart}
              description={words.retention.apartAbout}
              onChange={({ detail }) => change({ snapshotsApart: detail.checked })}
            >
              {words.retention.apart}
            </Toggle>
            {draft.snapshotsApart ? (
              <RetentionEditor
                field="snapshotRetention"
                draft={draft.snapshotRetention}
                at={at}
                onChange={(snapshotRetention) => change({ snapshotRetention })}
              />
            ) : null}
          </SpaceBetween>
        </Container>
      ) : null}
      <Container header={<Header variant="h2">{words.how}</Header>}>
        <PlanHow {...part} />
      </Container>
      <ExpandableSection variant="container" headerText={words.more}>
        <PlanMore {...part} />
      </ExpandableSection>
      {save.data?.waits ? <Waits approval={save.data.waits} tenant={tenant} /> : null}
    </SaveForm>
  );
};
