/** What a page shows while it has nothing else to show. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Spinner from '@cloudscape-design/components/spinner';
import type { ReactNode } from 'react';
import { ApiFailure } from '../api.ts';
import { texts } from '../texts.ts';

export const Waiting = ({ text }: { readonly text: string }) => (
  <Box textAlign="center" padding="xxl" color="text-status-inactive">
    <Spinner /> {text}
  </Box>
);

export const Empty = ({ header, text, action }: { header: string; text?: string; action?: ReactNode }) => (
  <Box textAlign="center" padding={{ vertical: 'l' }}>
    <Box variant="strong">{header}</Box>
    {text ? <Box color="text-body-secondary">{text}</Box> : null}
    {action}
  </Box>
);

interface Said {
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly field?: string | undefined;
}

/** A sentence, and what to do. */
export const Reason = ({ message, remedy, field }: Said) => (
  <>
    <div>{message}</div>
    {field ? <div>{texts.failure.field(field)}</div> : null}
    {remedy ? (
      <div>
        <strong>{texts.failure.whatToDo}</strong> {remedy}
      </div>
    ) : null}
  </>
);

const headerOf = (error: Error): string => {
  if (!(error instanceof ApiFailure)) return error.name;
  return error.isUnreached ? texts.lost.header : error.code;
};

/** `retry`: of what was asked for by the page; where there was no answer, it is asked again by itself, too. */
export const Failed = ({ error, header, retry }: { error: Error; header?: string; retry?: () => void }) => (
  <Alert
    type="error"
    header={header ?? headerOf(error)}
    action={retry ? <Button onClick={retry}>{texts.failure.again}</Button> : undefined}
  >
    <Reason
      message={error.message}
      remedy={error instanceof ApiFailure ? error.remedy : undefined}
      field={error instanceof ApiFailure ? error.field : undefined}
    />
    {retry && error instanceof ApiFailure && error.isPassing ? <div>{texts.lost.again}</div> : null}
  </Alert>
);
