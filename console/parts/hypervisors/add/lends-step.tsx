import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../../texts.ts';
import { CopyId } from '../copy-text.tsx';
import { type Form, TextField } from './form.tsx';

const words = texts.addHypervisor.lends;

const Bucket = ({ form }: { readonly form: Form }) => (
  <>
    <TextField form={form} name="bucket" path="library.bucket" label={words.bucket} />
    <TextField form={form} name="prefix" path="library.prefix" label={words.prefix} about={words.prefixAbout} />
    <TextField
      form={form}
      name="libraryRoleArn"
      path="library.roleArn"
      label={words.libraryRole}
      about={words.libraryRoleAbout}
    />
    <TextField
      form={form}
      name="maintenanceRoleArn"
      path="library.maintenanceRoleArn"
      label={words.maintenanceRole}
      about={words.maintenanceRoleAbout}
    />
    <TextField form={form} name="kmsKeyArn" path="library.kmsKeyArn" label={words.kmsKey} about={words.kmsKeyAbout} />
  </>
);

export const LendsStep = ({ form }: { readonly form: Form }) => {
  const { draft, set, errorOf } = form;
  return (
    <Container>
      <SpaceBetween size="l">
        <FormField label={words.nodes} errorText={errorOf('accessNodes')} stretch>
          <RadioGroup
            value={draft.accessNodes}
            onChange={({ detail }) => set({ accessNodes: detail.value })}
            items={[
              { value: 'manual', label: words.manual, description: words.manualAbout },
              { value: 'automatic', label: words.automatic, description: words.automaticAbout },
            ]}
          />
        </FormField>
        {draft.accessNodes === 'automatic' ? (
          <TextField
            form={form}
            name="nodeSubnets"
            label={words.subnets}
            about={words.subnetsAbout}
            placeholder="subnet-…, subnet-…"
          />
        ) : null}
        <FormField label={words.library} errorText={errorOf('library')}>
          <RadioGroup
            value={draft.library}
            onChange={({ detail }) => set({ library: detail.value })}
            items={[
              { value: 'own', label: words.own },
              { value: 's3', label: words.s3 },
              { value: 'disk', label: words.disk },
            ]}
          />
        </FormField>
        {draft.library === 's3' ? <Bucket form={form} /> : null}
        {draft.library === 'disk' ? <TextField form={form} name="path" path="library.path" label={words.path} /> : null}
        <FormField label={words.lockField} description={words.lockFieldAbout} errorText={errorOf('lock')} stretch>
          <RadioGroup
            value={draft.lock}
            onChange={({ detail }) => set({ lock: detail.value })}
            items={[
              { value: 'none', label: words.lockNone, description: words.lockNoneAbout },
              { value: 'governance', label: words.lockGovernance, description: words.lockGovernanceAbout },
              { value: 'compliance', label: words.lockCompliance, description: words.lockComplianceAbout },
            ]}
          />
        </FormField>
        <TextField
          form={form}
          name="recoveryPublicKey"
          label={words.key}
          placeholder="hfpub1-…"
          about={
            <>
              {words.keyAbout} <CopyId label={words.keyCommand}>{words.keyCommand}</CopyId>
            </>
          }
        />
      </SpaceBetween>
    </Container>
  );
};
