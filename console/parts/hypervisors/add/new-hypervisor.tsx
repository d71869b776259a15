import Wizard from '@cloudscape-design/components/wizard';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { operatorRoutes } from '../../../../core/contracts/api.ts';
import { HYPERVISORS, setUpAddress } from '../../../addresses.ts';
import { ApiFailure, call } from '../../../api.ts';
import { texts } from '../../../texts.ts';
import { Reason } from '../../states.tsx';
import { useIntent } from '../../use-intent.ts';
import { bodyOf, type Draft, draftFrom, kindOf, methodOf, problemsOf, searchOf } from './draft.ts';
import { type Form, refusalWords } from './form.tsx';
import { LendsStep } from './lends-step.tsx';
import { ReachStep } from './reach-step.tsx';
import { isPublicKey } from './recovery-key.ts';
import { lastToFill, type StepName, stepOfField, stepsOf, wizardSteps, wizardWords } from './steps.ts';
import { WhatStep } from './what-step.tsx';

const SHOWN = new Set([
  'name',
  'accountId',
  'region',
  'auth',
  'auth.method',
  'accessNodes',
  'lock',
  'recoveryPublicKey',
]);
const OF_KEYS = new Set(['auth.accessKeyId', 'auth.secretAccessKey']);

/** Fields of the request that the steps have an input for, so that a refusal is said there. */
const hasInput = (path: string, draft: Draft): boolean => {
  if (path === 'auth.roleArn') return methodOf(draft) === 'assume-role';
  if (path === 'auth.externalId') return methodOf(draft) === 'assume-role' && kindOf(draft) === 'service';
  if (OF_KEYS.has(path)) return methodOf(draft) === 'access-key';
  if (path.startsWith('library.')) return draft.library === (path === 'library.path' ? 'disk' : 's3');
  return SHOWN.has(path);
};

const MISTYPED = new ApiFailure({
  status: 400,
  code: 'InvalidRequest',
  detail: texts.addHypervisor.lends.keyMistyped,
  field: 'recoveryPublicKey',
  remedy: texts.addHypervisor.lends.keyRemedy,
});

/** What is filled in, until it is added. It is in the address from step to step; the secret never is, and goes once it is sent. */
export const NewHypervisor = () => {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { keyFor } = useIntent();
  const [draft, setDraft] = useState(() => draftFrom(search));
  const [secret, setSecret] = useState('');
  const [at, setAt] = useState<StepName>('what');
  const [tried, setTried] = useState<ReadonlySet<StepName>>(new Set());
  const kind = kindOf(draft);
  const names = stepsOf(kind);

  const add = useMutation({
    // it holds the secret: nothing of it stays in the cache
    gcTime: 0,
    mutationFn: async () => {
      setSecret('');
      const body = bodyOf(draft, secret);
      if (body.kind === 'service' && !(await isPublicKey(body.recoveryPublicKey))) throw MISTYPED;
      return call(operatorRoutes.addHypervisor, { body, idempotencyKey: keyFor(bodyOf(draft, '')) });
    },
    async onSuccess({ hypervisorId }) {
      await queries.invalidateQueries({ queryKey: ['hypervisors'] });
      const features = draft.features === '' ? '' : `&features=${draft.features}`;
      await navigate(`${setUpAddress(hypervisorId)}${features}`, { replace: true });
    },
    onError(error) {
      if (error instanceof ApiFailure && error.field !== undefined) setAt(stepOfField(error.field, kind));
    },
  });

  const problems = problemsOf(bodyOf(draft, secret));
  const form: Form = {
    draft,
    secret,
    set(change: Partial<Draft>) {
      add.reset();
      setDraft((before) => ({ ...before, ...change }));
    },
    setSecret,
    errorOf: (path) =>
      refusalWords(add.error, path) ?? (tried.has(stepOfField(path, kind)) ? problems.get(path) : undefined),
  };

  const next = (): void => {
    setTried(new Set([...tried, at]));
    if ([...problems.keys()].some((path) => stepOfField(path, kind) === at)) return;
    setSearch(searchOf(draft), { replace: true });
    if (at === lastToFill(kind)) add.mutate();
    else setAt(names[names.indexOf(at) + 1] ?? at);
  };

  const { error } = add;
  const isAtField = error instanceof ApiFailure && hasInput(error.field ?? '', draft);
  const errorText =
    error && !isAtField ? (
      <Reason message={error.message} remedy={error instanceof ApiFailure ? error.remedy : undefined} />
    ) : undefined;
  return (
    <Wizard
      activeStepIndex={names.indexOf(at)}
      steps={wizardSteps(
        kind,
        { what: <WhatStep form={form} />, reach: <ReachStep form={form} />, lends: <LendsStep form={form} /> },
        { [at]: errorText },
      )}
      i18nStrings={{ ...wizardWords, nextButtonLoadingAnnouncement: texts.addHypervisor.adding }}
      isLoadingNextStep={add.isPending}
      onCancel={() => void navigate(HYPERVISORS)}
      onNavigate={({ detail: { requestedStepIndex, reason } }) => {
        if (reason === 'next') return next();
        if (requestedStepIndex < names.indexOf(at)) setAt(names[requestedStepIndex] ?? at);
      }}
    />
  );
};
