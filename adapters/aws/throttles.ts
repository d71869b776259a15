/** Who wants to know of each call that AWS has throttled: where functions are put together, somebody counts them. */
type Listener = (action: string) => void;

const listeners = new Set<Listener>();

export const onThrottle = (listener: Listener): void => {
  listeners.add(listener);
};

/** `action`: `ec2:CreateSnapshots`. A try that the SDK itself repeated, and that worked then, is not heard of. */
export const noteThrottle = (action: string): void => {
  for (const listener of listeners) listener(action);
};
