import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { asked, billedWords, isOver } from '../../cli/job-words.ts';
import type { JobView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';
import { tookWords } from './job-columns.tsx';
import { JobState } from './job-state.tsx';
import { When } from './when.tsx';

const words = texts.job;

const when = (at: string | undefined): ReactNode => (at === undefined ? undefined : <When at={at} />);

/** What is known of the job as a whole; what it has not is left out. */
export const JobFacts = ({ job }: { readonly job: JobView }) => {
  const { jobId, state, attempt, trigger, requestedBy, createdAt, startedAt, endedAt, request, transport } = job;
  const billed = billedWords(job);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.state, <JobState key="state" state={state} />],
    [
      words.id,
      <span key="id" className="id">
        <CopyToClipboard
          variant="inline"
          textToCopy={jobId}
          copyButtonAriaLabel={words.copyId}
          copySuccessText={words.copied}
          copyErrorText={jobId}
        />
      </span>,
    ],
    [words.of, asked(job) || undefined],
    [words.fromReason, request.fromReason],
    [words.trigger, texts.jobs.triggers[trigger]],
    [words.requestedBy, requestedBy],
    [words.created, when(createdAt)],
    [words.started, when(startedAt)],
    [words.ended, when(endedAt)],
    [words.took, tookWords(job)],
    [words.deadline, isOver(job) ? undefined : when(request.deadlineAt)],
    [words.attempt, attempt > 1 ? String(attempt) : undefined],
    [words.transport, transport],
    [
      words.called,
      billed && (
        <div key="called">
          <div>{billed.cost}</div>
          <Box variant="small" color="text-body-secondary">
            {billed.calls}
          </Box>
        </div>
      ),
    ],
    [
      words.execution,
      job.executionUrl ? (
        <Link key="execution" external externalIconAriaLabel={words.external} href={job.executionUrl}>
          {words.openExecution}
        </Link>
      ) : undefined,
    ],
  ];
  return (
    <Container header={<Header variant="h2">{words.facts}</Header>}>
      <KeyValuePairs
        columns={3}
        items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
      />
    </Container>
  );
};
