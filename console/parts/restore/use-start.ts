import { useIsMutating, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { useWho } from '../../who.tsx';
import { useTenant } from '../tenant-choice.tsx';
import type { RestoreBody } from './draft.ts';
import { type Fate, fateOf, forgetSent, isSettledBy, keepSent, type Sent, sentOf, toSend } from './sent.ts';

/** Whose restores this page starts: the hypervisor's id. */
export const useOwner = (): string => {
  const who = useWho();
  const { tenant } = useTenant();
  return who.kind === 'tenant' ? who.hypervisorId : (tenant ?? '');
};

interface ToStart {
  readonly body: RestoreBody;
  /** The wizard with these choices. */
  readonly address: string;
  /** What is restored, in words. */
  readonly what: string;
  /** Called only while the wizard is there: nobody is pulled back to it. `times`: how often it was asked for. */
  started(jobId: string, times: number): void;
}

export interface Start {
  readonly fate: Fate;
  readonly sent: Sent | undefined;
  readonly error: Error | null;
  begin(): void;
  /** What the API has said against it counts no longer; whether something was started is still not known. */
  reset(): void;
  /** Another one is meant. */
  forget(): void;
}

export const useStart = ({ body, address, what, started }: ToStart): Start => {
  const owner = useOwner();
  const { tenant } = useTenant();
  const [, drawAgain] = useState(0);
  const mutationKey = ['start-restore', owner];
  const start = useMutation({
    mutationKey,
    mutationFn: async (sent: Sent) => {
      const { route, on } = onTenant('startRestore', tenant);
      return call(route, { params: on, body: JSON.parse(sent.request), idempotencyKey: sent.key });
    },
    onSuccess: ({ jobId }, sent) => keepSent(sessionStorage, owner, { ...sent, jobId }),
    onError: (error, sent) => {
      if (isSettledBy(error, sent)) forgetSent(sessionStorage, owner);
    },
  });
  // also one that was begun before the wizard was left and come back to
  const isPending = useIsMutating({ mutationKey }) > 0 || start.isPending;
  const request = JSON.stringify(body);
  const sent = sentOf(sessionStorage, owner);
  const fate = fateOf(sent, request, isPending);
  return {
    fate,
    sent,
    error: start.error,
    begin() {
      if (fate !== 'none' && fate !== 'unknown') return;
      const now = toSend(sent, { request, address, what, at: new Date().toISOString() });
      // before it is sent: the page may be gone when the answer comes
      keepSent(sessionStorage, owner, now);
      start.mutate(now, {
        onSuccess: ({ jobId }) => started(jobId, now.times),
        // the button is below all that is said of it
        onError: () => window.scrollTo({ top: 0 }),
      });
    },
    reset() {
      if (!start.isPending) start.reset();
    },
    forget() {
      forgetSent(sessionStorage, owner);
      start.reset();
      drawAgain((before) => before + 1);
    },
  };
};
