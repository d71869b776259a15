import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { approverRoutes } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { refusalOf } from '../refusal.ts';
import { Failed } from '../states.tsx';
import { useIntent } from '../use-intent.ts';
import type { Shown } from './routes.ts';

const words = texts.approval;

/** Approvers only. It is approved by the hash of what this page shows: if that is another by now, the API refuses. */
export const Decide = ({ approval, refresh }: { readonly approval: Shown; refresh(): void }) => {
  const { approvalId, state, requestHash = '' } = approval;
  const queries = useQueryClient();
  const settled = (): void => {
    // a list from before would still say that it waits
    queries.removeQueries({ queryKey: ['approvals'] });
    refresh();
  };
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const { keyFor } = useIntent();
  const approve = useMutation({
    mutationFn: () =>
      call(approverRoutes.approve, {
        params: { approvalId },
        body: { requestHash },
        idempotencyKey: keyFor({ approvalId, requestHash }),
      }),
    onSettled: settled,
  });
  const reject = useMutation({
    mutationFn: () =>
      call(approverRoutes.reject, {
        params: { approvalId },
        body: { reason },
        idempotencyKey: keyFor({ approvalId, reason }),
      }),
    onSuccess: () => setRejecting(false),
    onSettled: settled,
  });
  if (state !== 'waiting' && state !== 'approved') return null;
  const { at, rest } = refusalOf(reject.error, ['reason']);
  return (
    <Container
      header={
        <Header variant="h2" description={words.decideAbout}>
          {words.decide}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="primary" loading={approve.isPending} onClick={() => approve.mutate()}>
            {state === 'approved' ? words.approveAgain : words.approve}
          </Button>
          {state === 'waiting' ? <Button onClick={() => setRejecting(true)}>{words.reject}</Button> : null}
        </SpaceBetween>
        {approve.error ? <Failed error={approve.error} /> : null}
        {rejecting ? (
          <Confirm
            header={words.rejectHeader}
            act={words.reject}
            pending={reject.isPending}
            error={rest ?? null}
            onAct={() => reject.mutate()}
            onLeave={() => setRejecting(false)}
          >
            {words.rejectText}
            <FormField label={words.rejectReason} errorText={at('reason')}>
              <Textarea
                rows={3}
                placeholder={words.rejectPlaceholder}
                value={reason}
                onChange={({ detail }) => setReason(detail.value)}
              />
            </FormField>
          </Confirm>
        ) : null}
      </SpaceBetween>
    </Container>
  );
};
