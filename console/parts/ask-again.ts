import { type Query, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiFailure } from '../api.ts';

/** ms until what the API did not answer is asked again: at first, and at the most. */
const FIRST_MS = 4_000;
const MOST_MS = 60_000;

const isUnanswered = (query: Query): boolean => {
  const { error, fetchStatus } = query.state;
  return query.isActive() && fetchStatus === 'idle' && error instanceof ApiFailure && error.isPassing;
};

/** Whatever is shown and has got no answer is asked for again until there is one: nobody has to reload a page. */
export const useAskAgain = (): void => {
  const queries = useQueryClient();
  useEffect(() => {
    const cache = queries.getQueryCache();
    let wait = FIRST_MS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => {
      timer = undefined;
      wait = Math.min(2 * wait, MOST_MS);
      void queries.refetchQueries({ predicate: isUnanswered });
    };
    const stop = cache.subscribe((event) => {
      if (event.type !== 'updated') return;
      if (event.action.type === 'success') wait = FIRST_MS;
      if (event.action.type === 'error') timer ??= setTimeout(again, wait);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queries]);
};
