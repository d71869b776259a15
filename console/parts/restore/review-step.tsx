/** The last step: the dry run, and of a restore in place the instance's id, typed. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { UseQueryResult } from '@tanstack/react-query';
import type { RestorePreview } from '../../../core/contracts/api.ts';
import { ApiFailure } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Failed, Reason, Waiting } from '../states.tsx';
import { kindOf, type Step, stepOfField } from './draft.ts';
import type { PointForm } from './form.ts';
import { Preview } from './preview.tsx';
import { TypedId } from './typed-id.tsx';

const words = texts.restore.review;

interface Props {
  readonly form: PointForm;
  readonly problems: ReadonlyMap<string, string>;
  readonly preview: UseQueryResult<RestorePreview, Error>;
  /** Why nothing was started. */
  readonly startError: Error | null;
  readonly confirmation: string;
  setConfirmation(typed: string): void;
  goTo(step: Step): void;
}

const GoTo = ({ field, goTo }: { readonly field: string; readonly goTo: Props['goTo'] }) => {
  const step = stepOfField(field);
  return <Button onClick={() => goTo(step)}>{words.change(texts.restore.steps[step])}</Button>;
};

const Asked = ({ form, problems, preview, goTo }: Props) => {
  const [first] = problems;
  if (first)
    return (
      <Alert type="error" header={words.incomplete} action={<GoTo field={first[0]} goTo={goTo} />}>
        {[...problems].map(([field, message]) => (
          <Reason key={field} message={message} field={field} />
        ))}
      </Alert>
    );
  const { data, error, refetch } = preview;
  if (error) {
    const { field, remedy, isLost } = error instanceof ApiFailure ? error : {};
    const again = <Button onClick={() => void refetch()}>{texts.failure.again}</Button>;
    return (
      <Alert
        type="error"
        header={isLost ? texts.lost.header : words.failed}
        action={field === undefined ? again : <GoTo field={field} goTo={goTo} />}
      >
        <Reason message={error.message} remedy={remedy} field={field} />
      </Alert>
    );
  }
  return data ? <Preview preview={data} form={form} goTo={goTo} /> : <Waiting text={words.asking} />;
};

export const ReviewStep = (props: Props) => {
  const { form, preview, startError, confirmation, setConfirmation } = props;
  return (
    <SpaceBetween size="l">
      {startError ? <Failed error={startError} header={words.notStarted} /> : null}
      <Asked {...props} />
      {kindOf(form.draft) === 'in-place' && preview.data?.allowed ? (
        <TypedId point={form.point} tenantName={form.tenantName} typed={confirmation} type={setConfirmation} />
      ) : null}
    </SpaceBetween>
  );
};
