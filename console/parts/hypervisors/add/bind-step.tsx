import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { ADD_HYPERVISOR } from '../../../addresses.ts';
import { texts } from '../../../texts.ts';
import { Go } from '../../go.tsx';
import { Empty, Failed } from '../../states.tsx';
import { ServiceChoice, useServices } from '../service-choice.tsx';
import { refusalWords } from './form.tsx';

const words = texts.addHypervisor.bind;

interface BindStepProps {
  readonly chosen: string | undefined;
  readonly error: Error | null;
  /** Somebody has gone on without choosing. */
  readonly must: boolean;
  onChange(serviceId: string): void;
}

export const BindStep = ({ chosen, error, must, onChange }: BindStepProps) => {
  const { services, isPending } = useServices();
  const refusal = refusalWords(error, 'serviceHypervisorId');
  const errorText = refusal ?? (must && chosen === undefined ? words.must : undefined);
  return (
    <Container>
      {!isPending && services.length === 0 ? (
        <Empty
          header={words.none}
          text={words.noneText}
          action={<Go href={`${ADD_HYPERVISOR}?kind=service`}>{words.addService}</Go>}
        />
      ) : (
        <SpaceBetween size="m">
          <FormField label={words.service} description={words.o6} errorText={errorText}>
            <ServiceChoice chosen={chosen} onChange={onChange} />
          </FormField>
          {error && refusal === undefined ? <Failed error={error} /> : null}
        </SpaceBetween>
      )}
    </Container>
  );
};
