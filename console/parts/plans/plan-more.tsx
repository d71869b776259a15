import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Transport } from '../../../core/contracts/plans.ts';
import { texts } from '../../texts.ts';
import { useWho } from '../../who.tsx';
import { Choice } from './choice.tsx';
import type { PartProps } from './plan-how.tsx';

const words = texts.plan;
/** As they are called everywhere. */
const TRANSPORTS = Object.fromEntries(Transport.options.map((name) => [name, name])) as Record<Transport, string>;

/** What is seldom set; how data travels is for operators alone (A5). */
export const PlanMore = ({ draft, change, at }: PartProps) => {
  const isOperator = useWho().kind === 'operator';
  return (
    <SpaceBetween size="m">
      <FormField label={words.deadline} constraintText={words.deadlineAbout} errorText={at('deadlineMinutes')}>
        <Input type="number" value={draft.deadline} onChange={({ detail }) => change({ deadline: detail.value })} />
      </FormField>
      <Choice
        label={words.purpose}
        description={words.purposeAbout}
        options={words.purposes}
        chosen={draft.purpose}
        error={at('purpose')}
        onChange={(purpose) => change({ purpose })}
      />
      {isOperator ? (
        <SpaceBetween size="m">
          <Choice
            label={words.transport}
            description={words.transportAbout}
            options={TRANSPORTS}
            chosen={draft.transport}
            error={at('transport')}
            onChange={(transport) => change({ transport })}
          />
          <FormField label={words.streams} errorText={at('streams')}>
            <Input type="number" value={draft.streams} onChange={({ detail }) => change({ streams: detail.value })} />
          </FormField>
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
};
