/** Who looks, for all that is within. */
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { ApiFailure } from './api.ts';
import { askWho, firstAsked, type Who } from './ask-who.ts';
import { useAskAgain } from './parts/ask-again.ts';
import { Failed, Waiting } from './parts/states.tsx';
import { texts } from './texts.ts';
import { useTheme } from './theme.ts';

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

const headerOf = (error: Error): string | undefined => {
  if (!(error instanceof ApiFailure)) return undefined;
  if (error.isRefused) return texts.who.unknown;
  return error.isLost ? texts.lost.header : undefined;
};

/** While there is no frame that could choose colours. */
const Before = ({ children }: { readonly children: ReactNode }) => {
  useTheme();
  return children;
};

export const WhoIsThere = ({ children }: { readonly children: ReactNode }) => {
  useAskAgain();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['who'],
    queryFn: ({ signal }) => ask(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // stays while it is asked again
  const [failed, setFailed] = useState<Error>();
  if (error && error !== failed) setFailed(error);
  if (data) return <WhoContext value={data}>{children}</WhoContext>;
  const retry = isFetching ? undefined : () => void refetch();
  return (
    <Before>
      {failed ? <Failed error={failed} header={headerOf(failed)} retry={retry} /> : <Waiting text={texts.who.asking} />}
    </Before>
  );
};
