import { time } from '../../cli/units.ts';
import { texts } from '../texts.ts';

/** A time as everybody here reads it; exact for machines. */
export const When = ({ at }: { readonly at: string | undefined }) =>
  at === undefined ? (
    texts.none
  ) : (
    <time className="id" dateTime={at}>
      {time(at)}
    </time>
  );
