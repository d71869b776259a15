/** Runs before each call of a port; it may wait, or throw. */
export type Before = (call: string) => Promise<void>;

export const none: Before = async () => undefined;

/** The port, with something before each call; scopes that it opens, likewise. */
export const watched = <T extends object>(port: T, name: string, before: Before): T =>
  new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      const path = `${name}.${String(key)}`;
      if (typeof value === 'function')
        return async (...args: unknown[]) => {
          await before(path);
          const answer: unknown = await value.apply(target, args);
          return path === 'scopes.open' ? watched(answer as object, 'scope', before) : answer;
        };
      return typeof value === 'object' && value !== null ? watched(value, path, before) : value;
    },
  });

/** Holds the k-th call until it may go on. */
export const holdAt = (k: number) => {
  let count = 0;
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    before: async (): Promise<void> => {
      count += 1;
      if (count !== k) return;
      reached.resolve();
      await released.promise;
    },
    reached: reached.promise,
    goOn: released.resolve,
  };
};
