import { useState } from 'react';

interface Confirmation {
  readonly typed: string;
  type(typed: string): void;
}

/** What somebody has typed to confirm just this: whatever changes in it, it has to be typed anew. */
export const useConfirmation = (of: string): Confirmation => {
  const [said, setSaid] = useState({ of, typed: '' });
  // at once, so that nothing is drawn with what confirmed another thing
  if (said.of !== of) setSaid({ of, typed: '' });
  return { typed: said.of === of ? said.typed : '', type: (typed) => setSaid({ of, typed }) };
};
