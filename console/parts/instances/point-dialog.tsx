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
import { ApiFailure, call, onTenant } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Reason } from '../states.tsx';
import { pointsKey } from './points.ts';

const words = texts.recoveryPoint;

export type PointAction = 'hold' | 'release' | 'remove';

/** What is left to be told after it was done, or was not; undefined: nothing. */
interface Told {
  readonly header: string;
  readonly text: string;
}

/** Where a second person is asked, the API answers with the request that it keeps. */
const waiting = (answer: object): Told | undefined =>
  'approvalId' in answer ? { header: words.waits, text: words.waitsText(String(answer.approvalId)) } : undefined;

const useAction = (point: RecoveryPointView, tenant: string | undefined, done: () => void) => {
  const queries = useQueryClient();
  const { recoveryPointId } = point;
  const run = async (action: PointAction, reason: string, even: boolean): Promise<Told | undefined> => {
    if (action === 'hold') {
      const { route, on } = onTenant('holdRecoveryPoint', tenant);
      await call(route, { params: { ...on, recoveryPointId }, body: { reason } });
      return undefined;
    }
    if (action === 'release') {
      const { route, on } = onTenant('releaseRecoveryPoint', tenant);
      return waiting(await call(route, { params: { ...on, recoveryPointId } }));
    }
    const { route, on } = onTenant('deleteRecoveryPoint', tenant);
    const query = even ? { evenNewest: 'true' } : {};
    const answer = await call(route, { params: { ...on, recoveryPointId }, query });
    const [left] = answer.failed ?? [];
    return waiting(answer) ?? (left ? { header: words.remove.left, text: left.reason } : undefined);
  };
  return useMutation({
    mutationFn: (asked: { readonly action: PointAction; readonly reason: string; readonly even: boolean }) =>
      run(asked.action, asked.reason, asked.even),
    onSuccess: async (told) => {
      await queries.invalidateQueries({ queryKey: pointsKey(tenant) });
      void queries.invalidateQueries({ queryKey: ['instances', tenant] });
      if (!told) done();
    },
  });
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
        <Alert type="info" header={act.data.header}>
          {act.data.text}
        </Alert>
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
