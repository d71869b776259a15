/** Legal hold, its release, and deletion by hand: asked once more, and what the API says to it. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import type { TenantApprovalView } from '../../../core/contracts/approvals.ts';
import { ApiFailure, call, callGuarded } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Reason } from '../states.tsx';
import { Waits } from '../waits.tsx';
import { pointsKey } from './points.ts';

const words = texts.recoveryPoint;

export type PointAction = 'hold' | 'release' | 'remove';

/** What is left to be told after it was sent. */
interface Told {
  readonly waits?: TenantApprovalView;
  /** Why some of it is there still. */
  readonly left?: string;
}

const useAction = (point: RecoveryPointView, tenant: string | undefined, done: () => void) => {
  const queries = useQueryClient();
  const { recoveryPointId } = point;
  const run = async (action: PointAction, reason: string, even: boolean): Promise<Told> => {
    if (action === 'hold') {
      const { route, on } = onTenant('holdRecoveryPoint', tenant);
      await call(route, { params: { ...on, recoveryPointId }, body: { reason } });
      return {};
    }
    if (action === 'release') {
      const { route, on } = onTenant('releaseRecoveryPoint', tenant);
      const { waits } = await callGuarded(route, { params: { ...on, recoveryPointId } });
      return waits ? { waits } : {};
    }
    const { route, on } = onTenant('deleteRecoveryPoint', tenant);
    const query = even ? { evenNewest: 'true' } : {};
    const answer = await callGuarded(route, { params: { ...on, recoveryPointId }, query });
    if (answer.waits) return { waits: answer.waits };
    const [left] = answer.done.failed;
    return left ? { left: left.reason } : {};
  };
  return useMutation({
    mutationFn: (asked: { readonly action: PointAction; readonly reason: string; readonly even: boolean }) =>
      run(asked.action, asked.reason, asked.even),
    onSuccess: async ({ waits, left }) => {
      await queries.invalidateQueries({ queryKey: pointsKey(tenant) });
      void queries.invalidateQueries({ queryKey: ['instances', tenant] });
      if (!waits && left === undefined) done();
    },
  });
};

const AsTold = ({ told: { waits, left }, tenant }: { readonly told: Told; readonly tenant: string | undefined }) => {
  if (waits) return <Waits approval={waits} tenant={tenant} />;
  if (left === undefined) return null;
  return (
    <Alert type="info" header={words.remove.left}>
      {left}
    </Alert>
  );
};

interface Props {
  readonly action: PointAction;
  readonly point: RecoveryPointView;
  readonly tenant: string | undefined;
  close(): void;
}

/** Rendered only while it asks. */
export const PointDialog = ({ action, point, tenant, close }: Props) => {
  const [reason, setReason] = useState('');
  const [even, setEven] = useState(false);
  const act = useAction(point, tenant, close);
  const own = words[action];
  const ask = (): void => act.mutate({ action, reason: reason.trim(), even });
  const failure = act.error instanceof ApiFailure ? act.error : undefined;
  // the newest one, or what the next backup compares with: the API says why it asks again
  const asksAgain = failure?.field === 'evenNewest';
  const isOfField = asksAgain || (action === 'hold' && failure?.field === 'reason');
  return (
    <Modal
      visible
      header={own.header}
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={close}>{act.data ? words.close : words.leave}</Button>
            {act.data ? null : (
              <Button variant="primary" loading={act.isPending} onClick={ask}>
                {own.act}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
    >
      {act.data ? (
        <AsTold told={act.data} tenant={tenant} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}
        >
          <SpaceBetween size="m">
            {action === 'remove' ? (
              <div>
                {words.remove.text(point.kind, point.instanceName ?? point.instanceId, time(point.takenAt))}{' '}
                {words.remove.forever}
              </div>
            ) : (
              <div>{words[action].text}</div>
            )}
            {action === 'hold' ? (
              <FormField
                label={words.hold.reason}
                constraintText={words.hold.reasonHelp}
                errorText={isOfField ? act.error?.message : undefined}
              >
                <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoFocus />
              </FormField>
            ) : null}
            {asksAgain || even ? (
              <FormField errorText={asksAgain ? failure?.message : undefined}>
                <Checkbox checked={even} onChange={({ detail }) => setEven(detail.checked)}>
                  {words.remove.even}
                </Checkbox>
              </FormField>
            ) : null}
            {act.error && !isOfField ? (
              <Alert type="error">
                <Reason message={act.error.message} remedy={failure?.remedy} />
              </Alert>
            ) : null}
          </SpaceBetween>
        </form>
      )}
    </Modal>
  );
};
