/** Says when the API is lost while something older is shown, and that it is there again by going away. */
import Flashbar from '@cloudscape-design/components/flashbar';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { clockTime } from '../../cli/units.ts';
import { ApiFailure } from '../api.ts';
import { texts } from '../texts.ts';
import { Reason } from './states.tsx';

/** Of a query that fills a choice beside what the page is about: that there is no answer is said by nothing else. */
export const BESIDE = { beside: true } as const;

/** Of what is shown: one that has an answer from before, and got none this time; or that nobody else speaks of. */
const lostState = (queries: readonly Query[]): Query['state'] | undefined =>
  queries.find((query) => {
    const { error, fetchFailureReason, dataUpdatedAt } = query.state;
    const failure = error ?? fetchFailureReason;
    const isSaidHere = dataUpdatedAt > 0 || query.meta?.beside === true;
    return query.isActive() && isSaidHere && failure instanceof ApiFailure && failure.isLost;
  })?.state;

export const Lost = () => {
  const cache = useQueryClient().getQueryCache();
  const state = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => lostState(cache.getAll()),
  );
  const error = state?.error ?? state?.fetchFailureReason;
  if (!state || !(error instanceof ApiFailure)) return null;
  return (
    <Flashbar
      items={[
        {
          type: 'warning',
          id: 'lost',
          header: texts.lost.header,
          content: (
            <>
              <Reason message={error.message} remedy={error.remedy} />
              <div>{state.dataUpdatedAt > 0 ? texts.lost.since(clockTime(state.dataUpdatedAt)) : texts.lost.again}</div>
            </>
          ),
        },
      ]}
    />
  );
};
