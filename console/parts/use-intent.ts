import { useMemo } from 'react';

/** An Idempotency-Key for sending just this: sent once more it is the same, changed it is another. */
export const useIntent = (body: unknown): string => {
  const text = JSON.stringify(body);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another intent
  return useMemo(() => crypto.randomUUID(), [text]);
};
