/** Who looks, for all that is within. */
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { ApiFailure } from './api.ts';
import { askWho, firstAsked, type Who } from './ask-who.ts';
import { useAskAgain } from './parts/ask-again.ts';
import { Failed, Waiting } from './parts/states.tsx';
import { texts } from './texts.ts';

let first: Promise<Who> | undefined = firstAsked;
/** The first time it is what was asked when the page began. */
const ask = (signal: AbortSignal): Promise<Who> => {
  const begun = first;
  first = undefined;
  return begun ?? askWho(signal);
};

const WhoContext = createContext<Who | undefined>(undefined);

export const useWho = (): Who => {
  const who = useContext(WhoContext);
  if (!who) throw new Error('used outside of WhoIsThere');
  return who;
};

export const WhoIsThere = ({ children }: { readonly children: ReactNode }) => {
  useAskAgain();
  const { data, error, refetch } = useQuery({
    queryKey: ['who'],
    queryFn: ({ signal }) => ask(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data) return <WhoContext value={data}>{children}</WhoContext>;
  if (error) {
    const isUnknown = !(error instanceof ApiFailure && error.isLost);
    return <Failed error={error} {...(isUnknown ? { header: texts.who.unknown } : {})} retry={() => void refetch()} />;
  }
  return <Waiting text={texts.who.asking} />;
};
