import { focusManager, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiFailure } from '../api.ts';

const AGAIN_MS = 5_000;

/** What is shown, or waited for, and got no answer that stands, is asked for again: however seldom it is otherwise. */
export const useAskAgain = (): void => {
  const queries = useQueryClient();
  useEffect(() => {
    const again = (): void => {
      if (!focusManager.isFocused()) return;
      const predicate = ({ state: { error } }: { readonly state: { readonly error: Error | null } }): boolean =>
        error instanceof ApiFailure && error.isPassing;
      void queries.refetchQueries({ type: 'active', predicate }, { cancelRefetch: false });
    };
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [queries]);
};
