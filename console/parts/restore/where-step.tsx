/** Where it goes, by what is restored. */
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { texts } from '../../texts.ts';
import { devicesOf, devicesValue, kindOf, volumesOf } from './draft.ts';
import type { PointForm } from './form.ts';
import { TextField, TextFields, type Typed } from './text-field.tsx';

const words = texts.restore.where;

const Group = ({ header, children }: { readonly header: string; readonly children: ReactNode }) => (
  <Container header={<Header variant="h3">{header}</Header>}>
    <SpaceBetween size="l">{children}</SpaceBetween>
  </Container>
);

/** Left empty it is as it was. */
const asItWas = (name: string, field: string, label: string, about?: string): Typed => ({
  ...{ name, field, label, placeholder: words.asItWas },
  ...(about === undefined ? {} : { about }),
});

const PLACE = [
  asItWas('subnet', 'target.subnetId', words.subnet, words.subnetAbout),
  asItWas('zone', 'target.availabilityZone', words.zone, words.zoneAbout),
  asItWas('groups', 'target.securityGroupIds', words.groups, words.groupsAbout),
];
const MORE: readonly Typed[] = [
  asItWas('type', 'target.instanceType', words.type),
  asItWas('key', 'target.keyName', words.key),
  {
    ...{ name: 'image', field: 'target.donorImageId', label: words.image, about: words.imageAbout },
    placeholder: 'ami-…',
  },
];

const NewInstance = (form: PointForm) => {
  const { point, draft, problemOf } = form;
  const isSaid = MORE.some(({ name, field }) => draft[name] || problemOf(field));
  const name = {
    ...{ name: 'name', field: 'target.name', label: words.name },
    placeholder: `${point.instanceName ?? point.instanceId}-restored`,
  };
  return (
    <SpaceBetween size="l">
      <Group header={words.place}>
        <TextFields form={form} fields={[name, ...PLACE]} />
      </Group>
      <ExpandableSection variant="container" headerText={words.more} defaultExpanded={isSaid}>
        <TextFields form={form} fields={MORE} />
      </ExpandableSection>
    </SpaceBetween>
  );
};

const InPlace = ({ draft, change, point }: PointForm) => (
  <Group header={words.inPlace(point.instanceId)}>
    <FormField label={words.replaced}>
      <RadioGroup
        value={draft.replaced === 'remove' ? 'remove' : 'keep'}
        items={[
          { value: 'keep', label: words.keep, description: words.keepAbout },
          { value: 'remove', label: words.remove, description: words.removeAbout },
        ]}
        onChange={({ detail }) => change({ replaced: detail.value === 'keep' ? '' : detail.value })}
      />
    </FormField>
  </Group>
);

const Volumes = (form: PointForm) => (
  <Group header={words.volumesHeader}>
    <TextField form={form} {...asItWas('zone', 'target.availabilityZone', words.zone, words.volumesZoneAbout)} />
  </Group>
);

const Attach = (form: PointForm) => {
  const { draft, change, point, problemOf } = form;
  const chosen = volumesOf(draft);
  const devices = devicesOf(draft);
  const ofAll = problemOf('target.devices');
  return (
    <Group header={words.attachHeader}>
      <TextField
        form={form}
        name="into"
        field="target.instanceId"
        label={words.into}
        about={words.intoAbout}
        placeholder="i-…"
      />
      {point.volumes
        .filter(({ volumeId }) => chosen?.includes(volumeId) ?? true)
        .map(({ volumeId, device }) => (
          <FormField
            key={volumeId}
            label={words.device(volumeId, device)}
            errorText={problemOf(`target.devices.${volumeId}`) ?? (devices[volumeId] ? ofAll : undefined)}
          >
            <Input
              value={devices[volumeId] ?? ''}
              placeholder={words.firstFree}
              onChange={({ detail }) =>
                change({ devices: devicesValue({ ...devices, [volumeId]: detail.value.trim() }) })
              }
            />
          </FormField>
        ))}
    </Group>
  );
};

const BY_KIND = { 'new-instance': NewInstance, 'in-place': InPlace, volumes: Volumes, attach: Attach } as const;

export const WhereStep = (form: PointForm) => {
  const Fields = BY_KIND[kindOf(form.draft)];
  return <Fields {...form} />;
};
