import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';

const words = texts.restore.review;

interface Props {
  readonly point: RecoveryPointView;
  /** Of an operator: whose it is. */
  readonly tenantName: string | undefined;
  readonly typed: string;
  type(typed: string): void;
}

/** Says which state replaces what an instance has now; whoever means it types the instance's id. */
export const TypedId = ({ point: { instanceId, instanceName, takenAt }, tenantName, typed, type }: Props) => (
  <FormField
    label={words.confirm(instanceId)}
    description={words.confirmOf(instanceName ?? instanceId, time(takenAt), tenantName)}
    errorText={typed !== '' && typed !== instanceId ? words.wrong(instanceId) : undefined}
  >
    <Input
      value={typed}
      placeholder={instanceId}
      spellcheck={false}
      autoComplete={false}
      onChange={({ detail }) => type(detail.value.trim())}
    />
  </FormField>
);
