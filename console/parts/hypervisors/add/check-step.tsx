import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { HypervisorView } from '../../../../core/contracts/api.ts';
import { texts } from '../../../texts.ts';
import { PermissionCheck } from '../permission-check.tsx';
import type { Checked } from './steps.ts';

const words = texts.addHypervisor.check;

interface CheckStepProps {
  readonly hypervisor: HypervisorView;
  readonly features: readonly string[];
  readonly checked: Checked;
  readonly must: boolean;
  onFeatures(features: readonly string[]): void;
  onChange(checked: Checked): void;
}

export const CheckStep = ({ hypervisor, features, checked, must, onFeatures, onChange }: CheckStepProps) => (
  <Container>
    <SpaceBetween size="m">
      <PermissionCheck
        hypervisor={hypervisor}
        features={features}
        onFeatures={onFeatures}
        onReport={({ complete }, of) => onChange({ of, complete, goOn: false })}
      />
      {checked.complete ? null : (
        <Checkbox checked={checked.goOn} onChange={({ detail }) => onChange({ ...checked, goOn: detail.checked })}>
          {words.goOn}
        </Checkbox>
      )}
      {must && !checked.complete && !checked.goOn ? <Alert type="error">{words.must}</Alert> : null}
    </SpaceBetween>
  </Container>
);
