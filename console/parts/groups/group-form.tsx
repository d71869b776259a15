import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { vmGroupsAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { plainly } from '../../plainly.ts';
import { texts } from '../../texts.ts';
import { useWho } from '../../who.tsx';
import { usePlans } from '../plans/use-plans.ts';
import { refusalOf } from '../refusal.ts';
import { SaveForm } from '../save-form.tsx';
import { asked } from '../select-state.ts';
import { useDebounced } from '../use-debounced.ts';
import { useIntent } from '../use-intent.ts';
import { Preview, usePreview } from './preview.tsx';
import { RemoveGroup } from './remove-group.tsx';
import { draftOfRule, gapsOf, type Joined, newCondition, newJoined, placesOf, ruleOf } from './rule-draft.ts';
import { RuleEditor } from './rule-editor.tsx';
import { type VolumeDraft, volumeDrafts, volumeFields, volumeRules } from './volume-draft.ts';
import { VolumeRules } from './volume-rules.tsx';

const words = texts.vmGroup;
/** ms without a change. Each look of an operator into a tenant's account is recorded in the audit log. */
const SETTLED_MS = { operator: 1_000, tenant: 400, approver: 400 } as const;
const EVERYTHING = JSON.stringify({ match: { all: true }, exclude: { volumes: [] } });

interface Draft {
  readonly name: string;
  readonly planId: string;
  readonly match: Joined;
  readonly except: Joined;
  readonly volumes: readonly VolumeDraft[];
}

const draftOf = (group: VmGroupView | undefined): Draft => ({
  name: group?.name ?? '',
  planId: group?.planId ?? '',
  match: group ? draftOfRule(group.match) : newJoined([newCondition()]),
  except: draftOfRule(group?.exclude.instances),
  volumes: volumeDrafts(group?.exclude.volumes ?? []),
});

/** Nothing is excepted where no condition says so. */
const gapsIn = ({ match, except }: Draft): readonly string[] => [
  ...gapsOf(match),
  ...(except.rules.length > 0 ? gapsOf(except) : []),
];

/** Of a draft without gaps. */
const rulesOf = ({ match, except, volumes }: Draft) => ({
  match: ruleOf(match),
  exclude: { ...(except.rules.length > 0 ? { instances: ruleOf(except) } : {}), volumes: volumeRules(volumes) },
});

interface Props {
  readonly group: VmGroupView | undefined;
  readonly tenant: string | undefined;
  /** Reads the group anew: what was typed is gone. Absent of one that is to be made. */
  readonly reload?: () => void;
}

export const VmGroupForm = ({ group: written, tenant, reload }: Props) => {
  const group = written && plainly(written);
  const [draft, setDraft] = useState(() => draftOf(written));
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const plans = usePlans(tenant);
  const everything = usePreview(tenant, EVERYTHING);

  const gaps = gapsIn(draft);
  const rules = gaps.length === 0 ? rulesOf(draft) : undefined;
  const settled = useDebounced(rules ? JSON.stringify(rules) : '', SETTLED_MS[useWho().kind]) || undefined;
  const preview = usePreview(tenant, settled);
  const body = rules && {
    name: draft.name,
    ...rules,
    ...(draft.planId === '' ? {} : { planId: draft.planId }),
    // of a group that has one it stays
    ...(group?.zone === undefined ? {} : { zone: group.zone }),
  };
  const { keyFor } = useIntent();

  const list = vmGroupsAddress(tenant);
  const save = useMutation({
    mutationFn: (sent: NonNullable<typeof body>) => {
      const [add, replace] = [onTenant('addVmGroup', tenant), onTenant('replaceVmGroup', tenant)];
      if (!group) return call(add.route, { params: add.on, body: sent, idempotencyKey: keyFor(sent) });
      const { groupId, updatedAt: ifUpdatedAt } = group;
      return call(replace.route, { params: { ...replace.on, groupId }, query: { ifUpdatedAt }, body: sent });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['vm-groups', tenant] });
      queries.removeQueries({ queryKey: ['vm-group', tenant] });
      void navigate(list);
    },
  });

  const change = (changed: Partial<Draft>): void => {
    // what was refused is another text by now
    save.reset();
    setDraft((before) => ({ ...before, ...changed }));
  };
  const places = new Map([...placesOf(draft.match, 'match'), ...placesOf(draft.except, 'exclude.instances')]);
  const fields = ['name', 'planId', ...places.keys(), ...volumeFields(draft.volumes)];
  const { at, rest } = refusalOf(save.error ?? preview.error, fields);
  const errorOf = (id: string): string | undefined => {
    const field = [...places].find(([, place]) => place === id)?.[0];
    if (tried && gaps.includes(id)) return id === draft.match.id ? words.none : words.gap;
    return field === undefined ? undefined : at(field);
  };
  const planOptions = [
    { value: '', label: words.noPlan },
    ...(plans.data ?? []).map(({ planId, name }) => ({ value: planId, label: name, description: planId })),
  ];
  const submit = (): void => {
    setTried(true);
    if (body) save.mutate(body);
  };
  const shared = { instances: everything.data?.instances ?? [], errorOf };
  return (
    <SaveForm
      list={{ text: texts.vmGroups.header, href: list }}
      title={group?.name ?? words.new}
      actions={group ? <RemoveGroup group={group} tenant={tenant} /> : undefined}
      save={group ? words.save : words.add}
      cancel={words.cancel}
      pending={save.isPending}
      error={save.error ? rest : undefined}
      reload={reload}
      onSave={submit}
      besideColumns={5}
      beside={
        <Preview
          tenant={tenant}
          text={settled}
          isSaidElsewhere={(error) => refusalOf(error, fields).rest === undefined}
        />
      }
    >
      <Container>
        <SpaceBetween size="m">
          <FormField label={words.name} description={words.nameAbout} errorText={at('name')}>
            <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
          </FormField>
          <FormField label={words.plan} description={words.planAbout} errorText={at('planId')}>
            <Select
              options={planOptions}
              selectedOption={planOptions.find(({ value }) => value === draft.planId) ?? null}
              onChange={({ detail }) => change({ planId: detail.selectedOption.value ?? '' })}
              {...asked(plans)}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container
        header={
          <Header variant="h2" description={words.matchAbout}>
            {words.match}
          </Header>
        }
      >
        <RuleEditor {...shared} draft={draft.match} label={words.rules.match} onChange={(match) => change({ match })} />
      </Container>
      <Container
        header={
          <Header variant="h2" description={words.exceptAbout}>
            {words.except}
          </Header>
        }
      >
        <RuleEditor
          {...shared}
          draft={draft.except}
          label={words.rules.except}
          onChange={(except) => change({ except })}
        />
      </Container>
      <Container
        header={
          <Header variant="h2" description={words.volumesAbout}>
            {words.volumesHeader}
          </Header>
        }
      >
        <VolumeRules drafts={draft.volumes} onChange={(volumes) => change({ volumes })} at={at} />
      </Container>
    </SaveForm>
  );
};
