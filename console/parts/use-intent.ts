import { useRef } from 'react';

export interface Intent {
  /** The Idempotency-Key of a request, which holds no secret: the same however often it is sent, another for another. */
  keyFor(request: unknown): string;
  /** It was done: the same request again is another wish. */
  isDone(): void;
}

export const useIntent = (): Intent => {
  const keys = useRef(new Map<string, string>());
  return {
    keyFor(request) {
      const text = JSON.stringify(request);
      const key = keys.current.get(text) ?? crypto.randomUUID();
      keys.current.set(text, key);
      return key;
    },
    isDone: () => keys.current.clear(),
  };
};
