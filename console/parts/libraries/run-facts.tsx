import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { hasEnded } from '../../../cli/library-run-words.ts';
import type { LibraryRunView } from '../../../core/contracts/library-runs.ts';
import { texts } from '../../texts.ts';
import { When } from '../when.tsx';
import { runTook } from './run-columns.tsx';
import { RunState } from './run-state.tsx';

const words = texts.libraryRun;

const when = (at: string | undefined): ReactNode => (at === undefined ? undefined : <When at={at} />);

const copied = (text: string): ReactNode => (
  <CopyToClipboard
    variant="inline"
    textToCopy={text}
    copyButtonAriaLabel={words.copyId}
    copySuccessText={words.copied}
    copyErrorText={text}
  />
);

/** What is known of the run as a whole, and how far it is; what it has not is left out. */
export const RunFacts = ({ run }: { readonly run: LibraryRunView }) => {
  const { runId, trigger, requestedBy, createdAt, startedAt, waitUntil, endedAt, reportKey, progress } = run;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.state, <RunState key="state" run={run} />],
    [words.id, copied(runId)],
    [words.trigger, texts.library.triggers[trigger]],
    [words.requestedBy, trigger === 'api' ? requestedBy : undefined],
    [words.created, when(createdAt)],
    [words.started, when(startedAt)],
    [words.waits, hasEnded(run) ? undefined : when(waitUntil)],
    [words.ended, when(endedAt)],
    [words.took, runTook(run)],
    [words.report, reportKey && copied(reportKey)],
  ];
  return (
    <Container
      header={
        <Header variant="h2" {...(run.state === 'waiting' ? { description: words.waitsText } : {})}>
          {words.facts}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
        />
        {progress && !hasEnded(run) ? (
          <ProgressBar
            label={words.progress}
            value={progress.total === 0 ? 0 : (100 * progress.done) / progress.total}
            additionalInfo={words.of(progress.done, progress.total, progress.unit)}
          />
        ) : null}
      </SpaceBetween>
    </Container>
  );
};
