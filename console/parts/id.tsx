import { texts } from '../texts.ts';

/** An id, or a number with its unit, in one piece. */
export const Id = ({ children }: { readonly children: string | undefined }) => (
  <span className="id">{children ?? texts.none}</span>
);
