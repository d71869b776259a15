import { ApiFailure } from '../api.ts';
import { NothingHere } from './nothing-here.tsx';
import { Failed } from './states.tsx';

/** The address names what is not there, or what is not this user's; a name that is none at all is refused by its field. */
const isNothing = (error: Error): boolean =>
  error instanceof ApiFailure && (error.status === 404 || (error.status === 400 && /Id$/.test(error.field ?? '')));

/** Instead of a page, or a part of it, for which there was no answer. */
export const NoData = ({ error, retry }: { readonly error: Error; retry(): void }) =>
  isNothing(error) ? <NothingHere /> : <Failed error={error} retry={retry} />;
