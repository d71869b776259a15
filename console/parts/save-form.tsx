/** The page of a form for one of a list: its way back, its buttons, what the API says of no field, and what stands beside it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import Grid from '@cloudscape-design/components/grid';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { ApiFailure } from '../api.ts';
import { texts } from '../texts.ts';
import { OneOf } from './one-of.tsx';
import { Failed } from './states.tsx';

const words = texts.changed;

interface SaveFormProps {
  /** Where it is one of many. */
  readonly list: { readonly text: string; readonly href: string };
  readonly title: string;
  /** In the header, of one that there is. */
  readonly actions?: ReactNode;
  /** What the button says that saves it. */
  readonly save: string;
  readonly cancel: string;
  readonly pending: boolean;
  /** The API's refusal, of no field of the form. */
  readonly error: Error | undefined;
  readonly children: ReactNode;
  readonly beside: ReactNode;
  /** Of twelve columns. */
  readonly besideColumns: number;
  onSave(): void;
  /** Reads it anew, where somebody else has changed it. */
  readonly reload?: (() => void) | undefined;
}

/** Of what a form was filled with: nothing that was typed is lost because it is asked for again, by itself. */
export const UNDER_A_FORM = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

/** Somebody else has changed it since it was read. */
const Changed = ({ error, reload }: { readonly error: Error; readonly reload: () => void }) => (
  <Alert
    type="error"
    header={words.header}
    action={
      <Button formAction="none" onClick={reload}>
        {words.reload}
      </Button>
    }
  >
    <div>{error.message}</div>
    <div>{words.text}</div>
  </Alert>
);

const isChanged = (error: Error | undefined): error is ApiFailure =>
  error instanceof ApiFailure && error.field === 'ifUpdatedAt';

export const SaveForm = ({
  list,
  title,
  actions,
  save,
  cancel,
  pending,
  error,
  children,
  beside,
  besideColumns,
  onSave,
  reload,
}: SaveFormProps) => {
  const navigate = useNavigate();
  return (
    <OneOf of={[list]} title={title} actions={actions}>
      <Grid
        gridDefinition={[
          { colspan: { default: 12, m: 12 - besideColumns } },
          { colspan: { default: 12, m: besideColumns } },
        ]}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onSave();
          }}
        >
          <Form
            errorText={error && !isChanged(error) ? <Failed error={error} /> : undefined}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button formAction="none" variant="link" onClick={() => void navigate(list.href)}>
                  {cancel}
                </Button>
                <Button variant="primary" loading={pending}>
                  {save}
                </Button>
              </SpaceBetween>
            }
          >
            <SpaceBetween size="l">
              {children}
              {isChanged(error) && reload ? <Changed error={error} reload={reload} /> : null}
            </SpaceBetween>
          </Form>
        </form>
        <div className="beside">{beside}</div>
      </Grid>
    </OneOf>
  );
};
