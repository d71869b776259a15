/** Starts a backup or a snapshot of one instance, whatever its plans say, and goes to the job. */
import Button from '@cloudscape-design/components/button';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { jobAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { useIntent } from '../use-intent.ts';

const words = texts.instance.now;

const KINDS = ['startBackup', 'startSnapshot'] as const;
type Kind = (typeof KINDS)[number];

interface Props {
  readonly instanceId: string;
  readonly name: string;
  readonly tenant: string | undefined;
}

export const BackUpNow = ({ instanceId, name, tenant }: Props) => {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const [kind, setKind] = useState<Kind>('startBackup');
  const { keyFor, isDone } = useIntent();
  const start = useMutation({
    mutationFn: () => {
      const { route, on } = onTenant(kind, tenant);
      const body = { instanceIds: [instanceId] };
      return call(route, { params: on, body, idempotencyKey: keyFor({ kind, tenant, body }) });
    },
    onSuccess: ({ jobId }) => {
      isDone();
      void navigate(jobAddress(jobId, tenant));
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.header}</Button>
      <Confirm
        visible={isAsking}
        header={words.of(name)}
        act={words.start}
        pending={start.isPending}
        error={start.error}
        onLeave={() => {
          setAsking(false);
          start.reset();
        }}
        onAct={() => start.mutate()}
      >
        <RadioGroup
          ariaLabel={words.what}
          value={kind}
          items={KINDS.map((value) => ({ value, ...words.kinds[value] }))}
          onChange={({ detail }) => setKind(KINDS.find((each) => each === detail.value) ?? 'startBackup')}
        />
      </Confirm>
    </>
  );
};
