import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { type HypervisorView, operatorRoutes } from '../../../../core/contracts/api.ts';
import { HYPERVISORS } from '../../../addresses.ts';
import { callGuarded } from '../../../api.ts';
import { texts } from '../../../texts.ts';
import { Waits } from '../../waits.tsx';
import { useChange } from '../change.ts';
import { featuresIn } from '../features.ts';
import { Preparing } from '../preparing.tsx';
import { HypervisorTemplate } from '../template.tsx';
import { AddedFacts } from './added-facts.tsx';
import { BindStep } from './bind-step.tsx';
import { CheckStep } from './check-step.tsx';
import { type Checked, checkedOf, type StepName, stepsOf, wizardSteps, wizardWords } from './steps.ts';

const words = texts.addHypervisor;

interface SetUpProps {
  readonly hypervisor: HypervisorView;
}

const ThereStep = ({ hypervisor }: SetUpProps) => (
  <SpaceBetween size="l">
    <Preparing hypervisor={hypervisor} />
    {hypervisor.state === 'preparing' ? (
      <HypervisorTemplate hypervisor={hypervisor} />
    ) : (
      <Alert type="success">{words.there.ready}</Alert>
    )}
  </SpaceBetween>
);

const isStep = (name: string | null, names: readonly StepName[]): name is StepName =>
  names.some((each) => each === name);

/** Once it is added: what its account still lacks, and what it is bound to. It can be left and gone on with at any time. */
export const SetUp = ({ hypervisor }: SetUpProps) => {
  const { hypervisorId, kind, state } = hypervisor;
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [lastChecked, setChecked] = useState<Checked>();
  const [serviceId, setServiceId] = useState<string | undefined>(hypervisor.boundTo);
  const [must, setMust] = useState(false);
  const names = stepsOf(kind);
  const asked = search.get('step');
  // where somebody came in: what has become ready meanwhile is said there
  const [first] = useState<StepName>(state === 'preparing' ? 'there' : 'check');
  const at = isStep(asked, names) ? asked : first;
  const features = featuresIn(search.get('features'));
  const checked = checkedOf(lastChecked, features);

  const change = (set: Readonly<Record<string, string>>): void => {
    setMust(false);
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(set)) {
          if (value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  };
  const bind = useChange(
    hypervisorId,
    (serviceHypervisorId: string) =>
      callGuarded(operatorRoutes.bindHypervisor, { params: { hypervisorId }, body: { serviceHypervisorId } }),
    {
      done: (bound) => {
        queries.setQueryData(['hypervisor', hypervisorId], bound);
        change({ step: 'done' });
      },
    },
  );
  const approval = bind.data?.waits;

  const isThrough = (step: StepName): boolean => {
    if (step === 'there') return state === 'ready';
    return step !== 'check' || checked.complete || checked.goOn;
  };
  const next = (): void => {
    if (!isThrough(at)) setMust(true);
    else change({ step: names[names.indexOf(at) + 1] ?? 'done' });
  };
  const submit = (): void => {
    if (at !== 'bind') next();
    else if (serviceId === undefined) setMust(true);
    else bind.mutate(serviceId);
  };
  const facts = <AddedFacts hypervisor={hypervisor} />;
  return (
    <Wizard
      activeStepIndex={names.indexOf(at)}
      steps={wizardSteps(
        kind,
        {
          what: facts,
          reach: facts,
          lends: facts,
          there: <ThereStep hypervisor={hypervisor} />,
          check: (
            <CheckStep
              hypervisor={hypervisor}
              features={features}
              checked={checked}
              must={must}
              onFeatures={(chosen) => change({ features: chosen.join(',') })}
              onChange={setChecked}
            />
          ),
          bind: approval ? (
            <Waits approval={approval} tenant={approval.tenantId} />
          ) : (
            <BindStep chosen={serviceId} error={bind.error} must={must} onChange={setServiceId} />
          ),
        },
        { there: must ? words.there.must : undefined },
      )}
      i18nStrings={{ ...wizardWords, cancelButton: words.later }}
      submitButtonText={kind === 'tenant' ? words.bind.submit : words.finish}
      isLoadingNextStep={bind.isPending}
      onCancel={() => void navigate(HYPERVISORS)}
      onSubmit={submit}
      onNavigate={({ detail: { requestedStepIndex, reason } }) => {
        if (reason === 'next') return next();
        const name = names[requestedStepIndex];
        if (name !== undefined && requestedStepIndex < names.indexOf(at)) change({ step: name });
      }}
    />
  );
};
