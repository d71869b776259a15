/** What became of a restore that was sent before, wherever in the wizard somebody is. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { time } from '../../../cli/units.ts';
import { jobAddress, jobsAddress } from '../../addresses.ts';
import { ApiFailure } from '../../api.ts';
import { texts } from '../../texts.ts';
import { useFollow } from '../go.tsx';
import { Reason } from '../states.tsx';
import type { Start } from './use-start.ts';

const words = texts.restore.sent;

interface Props {
  readonly start: Start;
  readonly tenant: string | undefined;
  readonly isReview: boolean;
  /** To its choices, where it is sent again. */
  backTo(address: string): void;
}

const Buttons = ({ children }: { readonly children: ReactNode }) => (
  <SpaceBetween direction="horizontal" size="xs">
    {children}
  </SpaceBetween>
);

export const SentNotice = ({ start: { fate, sent, error, forget }, tenant, isReview, backTo }: Props) => {
  const follow = useFollow();
  // the button says so
  if (fate === 'pending') return isReview ? null : <Alert type="info" header={words.pending} />;
  if (!sent || fate === 'none') return null;
  const jobs = (
    <Button href={jobsAddress(tenant, 'restore')} onFollow={follow}>
      {words.jobs}
    </Button>
  );
  const back = <Button onClick={() => backTo(sent.address)}>{words.backTo}</Button>;
  switch (fate) {
    case 'unknown':
      return (
        <Alert
          type="error"
          header={words.lost(time(sent.at))}
          action={
            <Buttons>
              {isReview ? null : back}
              {jobs}
            </Buttons>
          }
        >
          {error ? (
            <Reason message={error.message} remedy={error instanceof ApiFailure ? error.remedy : undefined} />
          ) : null}
          <div>{words.unknown}</div>
        </Alert>
      );
    case 'another':
      return (
        <Alert
          type="error"
          header={words.another(time(sent.at))}
          action={
            <Buttons>
              {back}
              {jobs}
              <Button onClick={forget}>{words.other}</Button>
            </Buttons>
          }
        >
          <div>{sent.what}</div>
          <div>{words.anotherText}</div>
        </Alert>
      );
    case 'started':
      return (
        <Alert
          type="warning"
          header={words.started(time(sent.at))}
          action={
            <Buttons>
              <Button href={jobAddress(sent.jobId ?? '', tenant)} onFollow={follow}>
                {texts.restore.started.openJob}
              </Button>
              <Button onClick={forget}>{words.oneMore}</Button>
            </Buttons>
          }
        >
          {words.startedText}
        </Alert>
      );
  }
};
