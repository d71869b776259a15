import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../../texts.ts';
import { CopyText } from '../copy-text.tsx';
import { KeyFields } from '../key-fields.tsx';
import { kindOf, methodOf, methodsOf } from './draft.ts';
import { type Form, TextField } from './form.tsx';
import { Invitation } from './invitation.tsx';
import { ServiceAccess } from './service-access.tsx';

const words = texts.addHypervisor.reach;
const USER_TEMPLATE = 'holdfast permissions cloudformation --user > holdfast-user.json';

const AssumedRole = ({ form }: { readonly form: Form }) => {
  const isTenant = kindOf(form.draft) === 'tenant';
  return (
    <SpaceBetween size="l">
      {isTenant ? <Invitation form={form} /> : <ServiceAccess form={form} />}
      <Container>
        <SpaceBetween size="l">
          <TextField
            form={form}
            name="roleArn"
            path="auth.roleArn"
            label={words.roleArn}
            about={words.roleArnAbout}
            placeholder={`arn:aws:iam::${form.draft.accountId}:role/…`}
          />
          {isTenant ? null : (
            <TextField
              form={form}
              name="externalId"
              path="auth.externalId"
              label={words.serviceExternalId}
              about={words.serviceExternalIdAbout}
            />
          )}
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
};

const AccessKey = ({ form }: { readonly form: Form }) => {
  const { draft, secret, set, setSecret, errorOf } = form;
  return (
    <Container>
      <SpaceBetween size="l">
        {kindOf(draft) === 'tenant' ? (
          <div>
            <CopyText label={words.user} text={USER_TEMPLATE} />
            <Box color="text-body-secondary">{words.userAbout}</Box>
          </div>
        ) : null}
        <KeyFields
          typed={{ accessKeyId: draft.accessKeyId, secretAccessKey: secret }}
          errorOf={(field) => errorOf(`auth.${field}`)}
          onChange={({ accessKeyId, secretAccessKey }) => {
            set({ accessKeyId });
            setSecret(secretAccessKey);
          }}
        />
      </SpaceBetween>
    </Container>
  );
};

export const ReachStep = ({ form }: { readonly form: Form }) => {
  const { draft, set, errorOf } = form;
  const method = methodOf(draft);
  return (
    <SpaceBetween size="l">
      <Container>
        <FormField label={words.method} errorText={errorOf('auth') ?? errorOf('auth.method')} stretch>
          <RadioGroup
            value={method}
            onChange={({ detail }) => set({ method: detail.value })}
            items={methodsOf(draft).map((value) => ({
              value,
              label: words.methods[value],
              description: words.aboutMethods[value],
            }))}
          />
        </FormField>
      </Container>
      {method === 'assume-role' ? <AssumedRole form={form} /> : null}
      {method === 'access-key' ? <AccessKey form={form} /> : null}
      {method === 'iam-role' ? <Box color="text-body-secondary">{words.own}</Box> : null}
    </SpaceBetween>
  );
};
