import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { HypervisorView } from '../../../../core/contracts/api.ts';
import { ADD_HYPERVISOR, accessNodesAddress, hypervisorAddress } from '../../../addresses.ts';
import { texts } from '../../../texts.ts';
import { Go } from '../../go.tsx';
import { HypervisorFacts } from '../facts.tsx';

const words = texts.addHypervisor.done;

/** It is set up: what comes next. */
export const Done = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { hypervisorId, kind, name } = hypervisor;
  return (
    <SpaceBetween size="l">
      <Alert type="success" header={words.header(name)}>
        {words[kind]}
      </Alert>
      <SpaceBetween direction="horizontal" size="l">
        <Go href={hypervisorAddress(hypervisorId)}>{words.open}</Go>
        {kind === 'service' ? (
          <Go href={accessNodesAddress(hypervisorId)}>{words.nodes}</Go>
        ) : (
          <Go href={`/vm-groups?tenant=${hypervisorId}`}>{words.groups}</Go>
        )}
        {kind === 'service' ? null : <Go href={`/jobs?tenant=${hypervisorId}`}>{words.jobs}</Go>}
        <Go href={ADD_HYPERVISOR}>{words.another}</Go>
      </SpaceBetween>
      <HypervisorFacts hypervisor={hypervisor} />
    </SpaceBetween>
  );
};
