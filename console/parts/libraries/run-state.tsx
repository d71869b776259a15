import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { findsFault } from '../../../cli/library-run-words.ts';
import type { LibraryRunView } from '../../../core/contracts/library-runs.ts';
import { texts } from '../../texts.ts';

const TYPES: Readonly<Record<LibraryRunView['state'], StatusIndicatorProps.Type>> = {
  queued: 'pending',
  waiting: 'pending',
  running: 'in-progress',
  completed: 'success',
  failed: 'error',
  cancelled: 'stopped',
};

export const RunState = ({ run }: { readonly run: LibraryRunView }) =>
  run.state === 'completed' && findsFault(run) ? (
    <StatusIndicator type="warning">{texts.library.withFindings}</StatusIndicator>
  ) : (
    <StatusIndicator type={TYPES[run.state]}>{run.state}</StatusIndicator>
  );
