import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Outcome } from '../graph/path.ts';
import { texts } from '../texts.ts';

const TYPES: Readonly<Record<Outcome, StatusIndicatorProps.Type>> = {
  idle: 'pending',
  running: 'in-progress',
  done: 'success',
  failed: 'error',
  mixed: 'warning',
};

/** How a state went. */
export const OutcomeWords = ({ outcome }: { readonly outcome: Outcome }) => (
  <StatusIndicator type={TYPES[outcome]}>{texts.job.path.outcomes[outcome]}</StatusIndicator>
);

/** Step Functions' cause is JSON where a Lambda function failed: its message is what matters. */
export const causeWords = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};
