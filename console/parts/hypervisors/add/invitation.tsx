import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { operatorRoutes } from '../../../../core/contracts/api.ts';
import type { InvitationView } from '../../../../core/contracts/invitations.ts';
import { hypervisorAddress } from '../../../addresses.ts';
import { call } from '../../../api.ts';
import { texts } from '../../../texts.ts';
import { Go } from '../../go.tsx';
import { Failed } from '../../states.tsx';
import { CopyId, CopyText } from '../copy-text.tsx';
import { deployLine } from '../deploy-line.ts';
import { FeatureChoice } from '../feature-choice.tsx';
import { ROLE_FEATURES } from '../features.ts';
import type { Form } from './form.tsx';

const words = texts.addHypervisor.reach;
const STACK = 'holdfast';

const Made = ({ invitation }: { readonly invitation: InvitationView }) => {
  const { externalId, hubRoleArn, template, hypervisorId, name, region } = invitation;
  const file = `${name.replace(/[^\w-]/g, '-')}.json`;
  return (
    <SpaceBetween size="m">
      {hypervisorId === undefined ? null : (
        <Alert type="warning" action={<Go href={hypervisorAddress(hypervisorId)}>{words.openTaken}</Go>}>
          {words.taken}
        </Alert>
      )}
      <KeyValuePairs
        columns={1}
        items={[
          { label: words.externalId, value: <CopyId label={words.externalId}>{externalId}</CopyId> },
          { label: words.trusts, value: <CopyId label={words.trusts}>{hubRoleArn}</CopyId> },
        ]}
      />
      <CopyText label={words.template} text={template} fileName={file} />
      <CopyText label={words.deploy} text={deployLine(STACK, file, region)} />
    </SpaceBetween>
  );
};

/** Of a tenant: its ExternalId and the template of its role. Asked again, the ExternalId is the same. */
export const Invitation = ({ form: { draft, set } }: { readonly form: Form }) => {
  const { accountId, name, region } = draft;
  const features = draft.features === '' ? [] : draft.features.split(',');
  const invite = useMutation({
    mutationFn: () => {
      // named also where it is everything: left out, it would be what the account was invited with before
      const body = { accountId, name, region, features: features.length > 0 ? features : [...ROLE_FEATURES] };
      return call(operatorRoutes.inviteTenant, { body });
    },
    onSuccess: ({ roleArn }) => set(draft.roleArn === '' ? { roleArn } : {}),
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.inviteAbout}
          actions={
            <Button onClick={() => invite.mutate()} loading={invite.isPending}>
              {words.invite}
            </Button>
          }
        >
          {words.invitation}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label={words.features} description={words.featuresAbout}>
          <FeatureChoice
            chosen={features}
            placeholder={words.featuresEvery}
            without={['access-key']}
            onChange={(chosen) => set({ features: chosen.join(',') })}
          />
        </FormField>
        {invite.error ? <Failed error={invite.error} /> : null}
        {invite.data ? <Made invitation={invite.data} /> : null}
      </SpaceBetween>
    </Container>
  );
};
