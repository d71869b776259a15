import Table from '@cloudscape-design/components/table';
import { clockTime } from '../../cli/units.ts';
import type { Passed } from '../graph/path.ts';
import { texts } from '../texts.ts';
import { causeWords } from './outcome.tsx';

const words = texts.job.path;

/** Why a state's task was begun again, and when the one before it failed. */
export const StateRetries = ({ retries = [] }: Pick<Passed, 'retries'>) =>
  retries.length === 0 ? null : (
    <Table
      variant="embedded"
      wrapLines
      items={[...retries]}
      header={words.triedAgain}
      columnDefinitions={[
        { id: 'at', header: words.failedAt, cell: ({ at }) => clockTime(at) },
        { id: 'error', header: words.error, isRowHeader: true, cell: ({ name }) => name },
        { id: 'cause', header: words.cause, cell: ({ cause }) => causeWords(cause) },
      ]}
    />
  );
