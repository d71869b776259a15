import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

const KINDS: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  queued: 'pending',
  waiting: 'pending',
  suspended: 'stopped',
  cancelling: 'stopped',
  cancelled: 'stopped',
  completed: 'success',
  done: 'success',
  'completed with errors': 'warning',
  failed: 'error',
};

/** Of a job, or of an instance within it: all that is no end is under way. */
export const JobState = ({ state }: { readonly state: string }) => (
  <StatusIndicator type={KINDS[state] ?? 'in-progress'}>{state}</StatusIndicator>
);
