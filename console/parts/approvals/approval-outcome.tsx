import Alert, { type AlertProps } from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts.ts';
import { Reason } from '../states.tsx';
import { When } from '../when.tsx';
import type { Shown } from './routes.ts';

const words = texts.approval;

const TYPES: Readonly<Record<Shown['state'], AlertProps.Type>> = {
  waiting: 'info',
  approved: 'info',
  done: 'success',
  failed: 'error',
  rejected: 'warning',
  expired: 'warning',
};

/** Where it stands, in a sentence; why it was rejected, or could not be done. */
export const ApprovalOutcome = ({
  approval: { state, reason, result, error, tenantRevokedAt },
}: {
  readonly approval: Shown;
}) => (
  <SpaceBetween size="s">
    <Alert type={TYPES[state]}>
      <div>{words.states[state]}</div>
      {result ? <div>{result}</div> : null}
      {reason ? <div>{`${words.reason}: ${reason}`}</div> : null}
      {error ? <Reason {...error} /> : null}
    </Alert>
    {tenantRevokedAt ? (
      <Alert type="warning">
        {words.revoked} <When at={tenantRevokedAt} />. {words.revokedText}
      </Alert>
    ) : null}
  </SpaceBetween>
);
