import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { HypervisorView } from '../../../../core/contracts/api.ts';
import { texts } from '../../../texts.ts';
import { HypervisorFacts } from '../facts.tsx';

/** In place of what was filled in: that is done. */
export const AddedFacts = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => (
  <SpaceBetween size="m">
    <Alert type="info">{texts.addHypervisor.added}</Alert>
    <HypervisorFacts hypervisor={hypervisor} />
  </SpaceBetween>
);
