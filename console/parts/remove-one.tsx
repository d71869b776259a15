import Button from '@cloudscape-design/components/button';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { TenantApprovalView } from '../../core/contracts/approvals.ts';
import { Confirm } from './confirm.tsx';
import { Waits } from './waits.tsx';

interface RemoveOneProps {
  readonly words: { readonly remove: string; readonly removeText: string; removeHeader(name: string): string };
  readonly name: string;
  readonly tenant: string | undefined;
  /** Sends it. `waits`: a second person has to approve it. */
  act(): Promise<{ readonly waits?: Pick<TenantApprovalView, 'approvalId' | 'what' | 'expiresAt'> | undefined }>;
  /** Where it was done. */
  onRemoved(): Promise<void>;
}

/** Asks once more, removes it, and goes on; or says what it waits for. */
export const RemoveOne = ({ words, name, tenant, act, onRemoved }: RemoveOneProps) => {
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: act,
    onSuccess: ({ waits }) => (waits ? setAsking(false) : onRemoved()),
  });
  if (remove.data?.waits) return <Waits approval={remove.data.waits} tenant={tenant} />;
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.remove}</Button>
      {asking ? (
        <Confirm
          header={words.removeHeader(name)}
          act={words.remove}
          pending={remove.isPending}
          error={remove.error}
          onAct={() => remove.mutate()}
          onLeave={() => setAsking(false)}
        >
          {words.removeText}
        </Confirm>
      ) : null}
    </>
  );
};
