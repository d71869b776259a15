import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { texts } from '../../../texts.ts';
import { kindOf } from './draft.ts';
import { type Form, TextField } from './form.tsx';

const words = texts.addHypervisor.what;

export const WhatStep = ({ form }: { readonly form: Form }) => (
  <Container>
    <SpaceBetween size="l">
      <FormField label={words.kind} stretch>
        <Tiles
          value={kindOf(form.draft)}
          onChange={({ detail }) => form.set({ kind: detail.value })}
          items={[
            { value: 'tenant', label: words.tenant, description: words.tenantAbout },
            { value: 'service', label: words.service, description: words.serviceAbout },
          ]}
        />
      </FormField>
      <TextField form={form} name="name" label={words.name} about={words.nameAbout} />
      <TextField form={form} name="accountId" label={words.account} about={words.accountAbout} />
      <TextField form={form} name="region" label={words.region} about={words.regionAbout[kindOf(form.draft)]} />
    </SpaceBetween>
  </Container>
);
