import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Protection as Kind } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';

const TYPES: Readonly<Record<Kind, StatusIndicatorProps.Type>> = {
  protected: 'success',
  late: 'error',
  waiting: 'pending',
  unprotected: 'warning',
  gone: 'stopped',
  unknown: 'info',
};

/** Whether an instance is protected, in the API's own kinds. */
export const Protection = ({ kind }: { readonly kind: Kind }) => (
  <StatusIndicator type={TYPES[kind]} wrapText={false}>
    {texts.instances.protections[kind]}
  </StatusIndicator>
);
