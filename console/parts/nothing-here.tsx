import { FIRST } from '../addresses.ts';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';
import { Go } from './go.tsx';
import { Empty } from './states.tsx';

/** Of an address that leads nowhere, or to what is not this user's: the same, as the API says it. */
export const NothingHere = () => (
  <Empty
    header={texts.notFound.header}
    text={texts.notFound.text}
    action={<Go href={FIRST[useWho().kind]}>{texts.notFound.back}</Go>}
  />
);
