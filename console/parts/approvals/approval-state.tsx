import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ApprovalState as State } from '../../../core/contracts/approvals.ts';

const TYPES: Readonly<Record<State, StatusIndicatorProps.Type>> = {
  waiting: 'pending',
  approved: 'in-progress',
  done: 'success',
  failed: 'error',
  rejected: 'stopped',
  expired: 'stopped',
};

export const ApprovalState = ({ state }: { readonly state: State }) => (
  <StatusIndicator type={TYPES[state]}>{state}</StatusIndicator>
);
