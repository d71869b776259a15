import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { CheckDepth, LibraryTask } from '../../../core/contracts/library-runs.ts';
import { ApiFailure } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Failed } from '../states.tsx';
import { useHypervisors } from '../tenants.ts';
import { Waits } from '../waits.tsx';
import { useStartLibraryRun, type WantedRun } from './start-library-run.ts';

const words = texts.startRun;

interface Props {
  readonly tenant: string;
  readonly task: LibraryTask;
  onTask(task: LibraryTask): void;
  onLeave(): void;
}

/** What each task takes, and nothing of what was chosen for another. */
const wantedOf = (task: LibraryTask, { depth, planOnly, acceptDamage, serviceId }: Choices): WantedRun => ({
  task,
  ...(serviceId === '' ? {} : { serviceId }),
  ...(task === 'check' ? { depth } : {}),
  ...(task === 'repair' ? { depth: depth === 'sample' ? ('everything' as const) : depth } : {}),
  ...(task === 'prune' ? { planOnly, acceptDamage } : {}),
});

interface Choices {
  readonly depth: CheckDepth;
  readonly planOnly: boolean;
  readonly acceptDamage: boolean;
  readonly serviceId: string;
}

const FIRST: Choices = { depth: 'sample', planOnly: true, acceptDamage: false, serviceId: '' };

/** A form over the list, whose task is in the address. */
export const StartRun = ({ tenant, task, onTask, onLeave }: Props) => {
  const [choices, setChoices] = useState(FIRST);
  const services = (useHypervisors().data ?? []).filter(({ kind }) => kind === 'service');
  const start = useStartLibraryRun(tenant);
  const failure = start.error;
  const field = failure instanceof ApiFailure ? failure.field : undefined;
  const errorAt = (name: string) => (field === name ? { errorText: failure?.message } : {});
  const change = (some: Partial<Choices>): void => setChoices((before) => ({ ...before, ...some }));
  const pending = start.data?.waits;
  const depths = CheckDepth.options.filter((depth) => task === 'check' || depth !== 'sample');
  const depth = depths.includes(choices.depth) ? choices.depth : 'everything';
  const places = [
    { value: '', label: words.present },
    ...services.map(({ hypervisorId, name }) => ({ value: hypervisorId, label: name, description: hypervisorId })),
  ];
  return (
    <Modal
      visible
      size="large"
      header={words.header}
      onDismiss={onLeave}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onLeave}>{words.leave}</Button>
            <Button
              variant="primary"
              loading={start.isPending}
              disabled={pending !== undefined}
              onClick={() => start.mutate(wantedOf(task, { ...choices, depth }))}
            >
              {words.start}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <Form>
        <SpaceBetween size="l">
          <Box color="text-body-secondary">{words.about}</Box>
          <FormField stretch label={words.task} {...errorAt('task')}>
            <RadioGroup
              value={task}
              onChange={({ detail }) => onTask(LibraryTask.parse(detail.value))}
              items={LibraryTask.options.map((value) => ({
                value,
                label: words.names[value],
                description: words.tasks[value],
              }))}
            />
          </FormField>
          {task === 'check' || task === 'repair' ? (
            <FormField stretch label={words.depth} {...errorAt('depth')}>
              <RadioGroup
                value={depth}
                onChange={({ detail }) => change({ depth: CheckDepth.parse(detail.value) })}
                items={depths.map((value) => ({
                  value,
                  label: words.depthNames[value],
                  description: words.depths[value],
                }))}
              />
            </FormField>
          ) : null}
          {task === 'prune' ? (
            <SpaceBetween size="xs">
              <Checkbox
                checked={choices.planOnly}
                description={words.planOnlyText}
                onChange={({ detail }) => change({ planOnly: detail.checked })}
              >
                {words.planOnly}
              </Checkbox>
              <Checkbox
                checked={choices.acceptDamage}
                description={words.acceptDamageText}
                onChange={({ detail }) => change({ acceptDamage: detail.checked })}
              >
                {words.acceptDamage}
              </Checkbox>
            </SpaceBetween>
          ) : null}
          {services.length > 1 ? (
            <FormField label={words.service} description={words.serviceText} {...errorAt('serviceId')}>
              <Select
                options={places}
                selectedOption={places.find(({ value }) => value === choices.serviceId) ?? null}
                onChange={({ detail }) => change({ serviceId: detail.selectedOption.value ?? '' })}
              />
            </FormField>
          ) : null}
          {failure ? <Failed error={failure} /> : null}
          {pending ? <Waits approval={pending} tenant={tenant} /> : null}
        </SpaceBetween>
      </Form>
    </Modal>
  );
};
