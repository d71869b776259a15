import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { time } from '../../../cli/units.ts';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { useChange } from './change.ts';
import { RotateKey } from './rotate-key.tsx';

const words = texts.hypervisor.access;

/** Of a tenant: taken back at once, given back again; where a key is used, another one. */
export const Access = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { hypervisorId, name, revoked, authMethod } = hypervisor;
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [cancelled, setCancelled] = useState(0);
  const params = { hypervisorId };
  const change = useChange(hypervisorId, async () => {
    if (revoked) return { done: await call(operatorRoutes.restoreAccess, { params }) };
    const { cancelledJobs, ...after } = await call(operatorRoutes.revokeAccess, {
      params,
      body: reason === '' ? {} : { reason },
    });
    setCancelled(cancelledJobs.length);
    return { done: after };
  });
  const start = (): void => {
    change.reset();
    setAsking(true);
  };
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {authMethod === 'access-key' ? <RotateKey hypervisor={hypervisor} /> : null}
              <Button onClick={start}>{revoked ? words.restore : words.revoke}</Button>
            </SpaceBetween>
          }
        >
          {words.header}
        </Header>
      }
    >
      {revoked ? (
        <SpaceBetween size="s">
          <StatusIndicator type="stopped">{words.revoked(time(revoked.since), revoked.by)}</StatusIndicator>
          {revoked.reason === undefined ? null : <div>{`${words.reason}: ${revoked.reason}`}</div>}
          {cancelled > 0 ? <div>{words.cancelled(cancelled)}</div> : null}
          <Box color="text-body-secondary">{words.aboutRevoked}</Box>
        </SpaceBetween>
      ) : (
        <StatusIndicator type="success">{words.open}</StatusIndicator>
      )}
      <Confirm
        visible={asking}
        header={revoked ? words.restoreHeader : words.revokeHeader(name)}
        act={revoked ? words.restore : words.revoke}
        pending={change.isPending}
        error={change.error}
        onLeave={() => setAsking(false)}
        onAct={() => change.mutate(undefined, { onSuccess: () => setAsking(false) })}
      >
        {revoked ? (
          words.restoreText
        ) : (
          <SpaceBetween size="m">
            <div>{words.revokeText}</div>
            <FormField label={words.reason} description={words.reasonAbout}>
              <Input value={reason} onChange={({ detail }) => setReason(detail.value)} />
            </FormField>
          </SpaceBetween>
        )}
      </Confirm>
    </Container>
  );
};
