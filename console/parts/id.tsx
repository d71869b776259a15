import { texts } from '../texts.ts';

/** An id, in one piece. */
export const Id = ({ children }: { readonly children: string | undefined }) => (
  <span className="id">{children ?? texts.none}</span>
);
