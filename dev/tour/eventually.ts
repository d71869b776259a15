import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until it is so. */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T>,
  until: (value: T) => boolean,
  seconds = 120,
): Promise<T> => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await look();
    if (until(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}; there is ${JSON.stringify(value)}`);
    await sleep(500);
  }
};
