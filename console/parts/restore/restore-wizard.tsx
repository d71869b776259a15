/** Point, what, where, options, dry run: nothing is started before its last button. */
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { time } from '../../../cli/units.ts';
import { ApiFailure, call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { useWho } from '../../who.tsx';
import { pointQuery, usePoint } from '../instances/points.ts';
import { Failed, Waiting } from '../states.tsx';
import { useTenant } from '../tenant-choice.tsx';
import { useTenantName } from '../tenants.ts';
import { useConfirmation } from './confirmation.ts';
import { check, devicesOf, kindOf, STEPS, type Step, stepOfField, volumesOf } from './draft.ts';
import type { RestoreForm } from './form.ts';
import { Leave } from './leave.tsx';
import { OptionsStep } from './options-step.tsx';
import { PointStep } from './point-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { SentNotice } from './sent-notice.tsx';
import { useDraft } from './use-draft.ts';
import { useStart } from './use-start.ts';
import { WhatStep } from './what-step.tsx';
import { WhereStep } from './where-step.tsx';

const words = texts.restore;

/** Instead of the contract's own words, where those are a computer's. */
const PROBLEMS = {
  recoveryPointId: words.point.missing,
  'target.volumeIds': words.what.none,
  queueDeadlineSeconds: words.options.badDeadline,
};

const at = (step: Step): number => STEPS.indexOf(step);

export const RestoreWizard = () => {
  const isOperator = useWho().kind === 'operator';
  const { tenant } = useTenant();
  const tenantName = useTenantName(tenant);
  const { draft, step, pointId, address, change, goTo, choosePoint, backTo, started } = useDraft();
  const point = usePoint(pointId, tenant);
  const queries = useQueryClient();
  const isMissing = point.error instanceof ApiFailure && [400, 404].includes(point.error.status);
  const { body, problems } = check(draft, isMissing ? undefined : pointId, isOperator, PROBLEMS);
  const preview = useQuery({
    queryKey: ['restore-preview', tenant, body],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('previewRestore', tenant);
      return call(route, { params: on, body, signal });
    },
    enabled: step === 'review' && problems.size === 0,
  });
  const of =
    point.data && words.of(point.data.instanceName ?? point.data.instanceId, time(point.data.takenAt), tenantName);
  const what = [of, words.what.kinds[kindOf(draft)].label].filter(Boolean).join(': ');
  const start = useStart({ body, address, what, started });
  const isPending = start.fate === 'pending';
  /** Fields of steps that were left once say what is wrong with them; the API's word counts until something is changed. */
  const [furthest, setFurthest] = useState(at(step) - 1);
  const confirmation = useConfirmation(JSON.stringify([tenant, step, body]));
  const [isLeaving, setLeaving] = useState(false);
  const refusal = preview.error instanceof ApiFailure ? preview.error : undefined;
  const form: RestoreForm = {
    draft,
    tenant,
    tenantName,
    isOperator,
    change(changes) {
      // what is being started is not changed any more
      if (isPending) return;
      start.reset();
      change(changes);
    },
    problemOf(field) {
      if (at(stepOfField(field)) <= furthest && problems.has(field)) return problems.get(field);
      return refusal?.field === field ? refusal.message : undefined;
    },
  };

  const instanceId = point.data?.instanceId;
  const isConfirmed = kindOf(draft) !== 'in-place' || confirmation.typed === instanceId;
  const isFree = start.fate === 'none' || start.fate === 'unknown';
  const isAllowed = preview.data?.allowed === true && problems.size === 0 && !preview.error;
  /** Stops at the first step on the way that is not complete. */
  const navigate = (requested: number): void => {
    if (isPending) return;
    const wrong = [...problems.keys()].map((field) => at(stepOfField(field))).filter((each) => each < requested);
    const next = Math.min(requested, ...wrong);
    setFurthest((before) => Math.max(before, requested - 1));
    start.reset();
    goTo(STEPS[next] ?? 'point');
  };
  const later = (content: (form: RestoreForm & { point: NonNullable<typeof point.data> }) => React.ReactNode) => {
    if (point.data && !isMissing) return content({ ...form, point: point.data });
    if (point.error) return <Failed error={point.error} retry={() => void point.refetch()} />;
    return pointId === undefined ? words.point.missing : <Waiting text={words.point.loading} />;
  };
  const contents: Readonly<Record<Step, () => React.ReactNode>> = {
    point: () => (
      <PointStep
        form={form}
        point={isMissing ? undefined : point.data}
        isMissing={isMissing}
        choose={(chosen) => {
          const { recoveryPointId, volumes } = chosen;
          if (isPending) return;
          // what the table shows is known: the choice is there at once
          queries.setQueryData(pointQuery(recoveryPointId, tenant).queryKey, chosen);
          const has = (volumeId: string) => volumes.some((volume) => volume.volumeId === volumeId);
          const isSame = [...(volumesOf(draft) ?? []), ...Object.keys(devicesOf(draft))].every(has);
          if (recoveryPointId !== pointId) choosePoint(recoveryPointId, isSame ? {} : { volumes: '', devices: '' });
        }}
      />
    ),
    what: () => later((given) => <WhatStep {...given} />),
    where: () => later((given) => <WhereStep {...given} />),
    options: () => <OptionsStep {...form} />,
    review: () =>
      later((given) => (
        <ReviewStep
          form={given}
          problems={problems}
          preview={preview}
          startError={start.fate === 'none' ? start.error : null}
          confirmation={confirmation.typed}
          setConfirmation={confirmation.type}
          goTo={(to) => {
            setFurthest(at('options'));
            goTo(to);
          }}
        />
      )),
  };
  const why = (): string => {
    if (start.fate === 'another') return words.review.notKnown;
    if (start.fate === 'started') return words.review.startedBefore;
    return isAllowed ? words.review.notYet : words.review.notAllowed;
  };
  return (
    <SpaceBetween size="l">
      <SentNotice start={start} tenant={tenant} isReview={step === 'review'} backTo={backTo} />
      <Wizard
        activeStepIndex={at(step)}
        allowSkipTo
        i18nStrings={{
          skipToButtonLabel: ({ title }) => words.skipTo(title),
          cancelButton: words.cancel,
          previousButton: words.previous,
          nextButton: words.next,
        }}
        steps={STEPS.map((each) => ({
          title: words.steps[each],
          description: words.about[each],
          isOptional: each === 'options' || (each === 'where' && kindOf(draft) !== 'attach'),
          content: each === step ? contents[each]() : null,
        }))}
        onNavigate={({ detail }) => navigate(detail.requestedStepIndex)}
        onCancel={() => setLeaving(true)}
        customPrimaryActions={
          step === 'review' ? (
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={() => setLeaving(true)}>
                {words.cancel}
              </Button>
              <Button disabled={isPending} onClick={() => navigate(at('options'))}>
                {words.previous}
              </Button>
              <Button
                variant="primary"
                disabled={!isAllowed || !isConfirmed || !isFree}
                disabledReason={preview.isFetching || problems.size > 0 ? undefined : why()}
                loading={isPending || (preview.isFetching && !preview.data)}
                onClick={start.begin}
              >
                {words.start}
              </Button>
            </SpaceBetween>
          ) : undefined
        }
      />
      <Leave isAsked={isLeaving} fate={start.fate} stay={() => setLeaving(false)} />
    </SpaceBetween>
  );
};
