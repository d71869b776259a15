import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { operatorRoutes } from '../../../../core/contracts/api.ts';
import { call } from '../../../api.ts';
import { texts } from '../../../texts.ts';
import { Failed } from '../../states.tsx';
import { CopyText } from '../copy-text.tsx';
import { deployLine } from '../deploy-line.ts';
import { type Form, refusalWords } from './form.tsx';

const words = texts.addHypervisor.reach;

/** Of a service hypervisor in another account: the template of what lets the control plane in, under an ExternalId made here. */
export const ServiceAccess = ({ form: { draft, set } }: { readonly form: Form }) => {
  const { accountId, region, name } = draft;
  const [libraryBucket, setBucket] = useState('');
  const make = useMutation({
    mutationFn: async () => {
      const externalId = draft.externalId || `holdfast-${crypto.randomUUID()}`;
      const query = { accountId, region, externalId, libraryBucket: libraryBucket || undefined };
      const { template } = await call(operatorRoutes.getServiceAccessTemplate, { query });
      return { template, externalId };
    },
    onSuccess: ({ externalId }) => set({ externalId }),
  });
  const atBucket = refusalWords(make.error, 'libraryBucket');
  const file = `${name.replace(/[^\w-]/g, '-')}-access.json`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.accessTemplate}
          actions={
            <Button onClick={() => make.mutate()} loading={make.isPending}>
              {words.invite}
            </Button>
          }
        >
          {words.invitation}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label={words.bucket} description={words.bucketAbout} errorText={atBucket}>
          <Input value={libraryBucket} onChange={({ detail }) => setBucket(detail.value.trim())} />
        </FormField>
        {make.error && atBucket === undefined ? <Failed error={make.error} /> : null}
        {make.data ? (
          <>
            <CopyText label={words.template} text={make.data.template} fileName={file} />
            <CopyText label={words.deploy} text={deployLine('holdfast-access', file, region)} />
          </>
        ) : null}
      </SpaceBetween>
    </Container>
  );
};
