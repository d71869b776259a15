/** Says so while something older is shown than what was asked for; and that it is there again by going away. */
import Button from '@cloudscape-design/components/button';
import Flashbar from '@cloudscape-design/components/flashbar';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { clockTime } from '../../cli/units.ts';
import { ApiFailure } from '../api.ts';
import { texts } from '../texts.ts';
import { Reason } from './states.tsx';

/** Of a query that fills a choice beside what the page is about: that there is no answer is said by nothing else. */
export const BESIDE = { beside: true } as const;

const words = texts.lost;

/** One that has an answer from before, which is shown, and got none this time; or that nobody else speaks of. */
const isOld = ({ state: { error, fetchFailureReason, dataUpdatedAt }, meta }: Query): boolean => {
  const failure = error ?? fetchFailureReason;
  if (failure === null) return false;
  return dataUpdatedAt > 0 || (meta?.beside === true && failure instanceof ApiFailure && failure.isLost);
};

interface Said {
  readonly header: string;
  readonly remedy: string | undefined;
  readonly isPassing: boolean;
}

const saidOf = (error: Error): Said => {
  if (!(error instanceof ApiFailure)) return { header: words.failed, remedy: undefined, isPassing: false };
  const { isLost, isPassing, isRefused, remedy } = error;
  if (isRefused) return { header: words.refused, remedy: remedy ?? words.refusedRemedy, isPassing };
  return { header: isLost ? words.header : words.failed, remedy, isPassing };
};

export const Lost = () => {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const state = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => cache.getAll().find((query) => query.isActive() && isOld(query))?.state,
  );
  const error = state?.error ?? state?.fetchFailureReason;
  if (!state || !error) return null;
  const { header, remedy, isPassing } = saidOf(error);
  const since = state.dataUpdatedAt > 0 ? words.since(clockTime(state.dataUpdatedAt)) : '';
  const again = () => void queries.refetchQueries({ type: 'active', predicate: isOld });
  return (
    <Flashbar
      items={[
        {
          type: 'warning',
          id: 'lost',
          header,
          content: (
            <>
              <Reason message={error.message} remedy={remedy} />
              <div>{isPassing ? `${since} ${words.again}` : since}</div>
            </>
          ),
          ...(isPassing ? {} : { action: <Button onClick={again}>{words.ask}</Button> }),
        },
      ]}
    />
  );
};
