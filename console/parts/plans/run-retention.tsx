import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { RetentionPlanView } from '../../../core/contracts/api.ts';
import { callGuarded } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { Failed } from '../states.tsx';
import { useIntent } from '../use-intent.ts';
import { Waits } from '../waits.tsx';

const words = texts.retention;

interface Props {
  readonly plan: RetentionPlanView;
  readonly tenant: string | undefined;
  /** Looks once more what there is. */
  refresh(): void;
}

/** Removes what is shown, and nothing else: if it has changed since, the API refuses, and it is looked at anew. */
export const RunRetention = ({ plan: { token, removes }, tenant, refresh }: Props) => {
  const [asking, setAsking] = useState(false);
  const { keyFor } = useIntent();
  const run = useMutation({
    mutationFn: () => {
      const { route, on } = onTenant('runRetention', tenant);
      return callGuarded(route, { params: on, body: { token }, idempotencyKey: keyFor(token) });
    },
    onSettled: () => {
      setAsking(false);
      refresh();
    },
  });
  const { done, waits } = run.data ?? {};
  return (
    <SpaceBetween size="s">
      {run.error ? <Failed error={run.error} /> : null}
      {waits ? <Waits approval={waits} tenant={tenant} /> : null}
      {done ? <Alert type="success">{words.removed(done.removed.length)}</Alert> : null}
      {done && done.failed.length > 0 ? (
        <Alert type="error" header={words.failed(done.failed.length)}>
          {done.failed.map(({ recoveryPointId, reason }) => (
            <div key={recoveryPointId}>{`${recoveryPointId}: ${reason}`}</div>
          ))}
        </Alert>
      ) : null}
      {removes.length > 0 && !waits ? (
        <Button variant="primary" onClick={() => setAsking(true)}>
          {words.run(removes.length)}
        </Button>
      ) : null}
      {asking ? (
        <Confirm
          header={words.confirm(removes.length)}
          act={words.run(removes.length)}
          pending={run.isPending}
          onAct={() => run.mutate()}
          onLeave={() => setAsking(false)}
        >
          {words.confirmText}
        </Confirm>
      ) : null}
    </SpaceBetween>
  );
};
