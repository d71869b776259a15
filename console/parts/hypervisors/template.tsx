import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Failed } from '../states.tsx';
import { CopyText } from './copy-text.tsx';
import { deployLine } from './deploy-line.ts';

const words = texts.hypervisor.template;

/** A tenant's is that of its invitation, with the permissions that it names: the same however often it is made. */
const ask = async ({ hypervisorId, kind, accountId, name, region }: HypervisorView): Promise<string> => {
  const { template } = await (kind === 'service'
    ? call(operatorRoutes.getHypervisorTemplate, { params: { hypervisorId } })
    : call(operatorRoutes.inviteTenant, { body: { accountId, name, region } }));
  return template;
};

/** What is deployed in another account, to copy or to download. The deployment's own needs nothing. */
export const HypervisorTemplate = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { kind, authMethod, hypervisorId, region, name } = hypervisor;
  const get = useMutation({ mutationFn: () => ask(hypervisor) });
  if (authMethod === 'iam-role' || (kind === 'tenant' && authMethod === 'access-key')) return null;
  const file = `${name.replace(/[^\w-]/g, '-')}.json`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.about}
          actions={
            get.data === undefined ? (
              <Button onClick={() => get.mutate()} loading={get.isPending}>
                {words.show}
              </Button>
            ) : undefined
          }
        >
          {words.header[kind]}
        </Header>
      }
    >
      {get.error ? <Failed error={get.error} /> : null}
      {get.data === undefined ? null : (
        <SpaceBetween size="m">
          <CopyText label={texts.addHypervisor.reach.template} text={get.data} fileName={file} />
          <CopyText
            label={words.deploy}
            text={deployLine(kind === 'tenant' ? 'holdfast' : `holdfast-${hypervisorId}`, file, region)}
          />
        </SpaceBetween>
      )}
    </Container>
  );
};
