import { currentProcess } from './sim-process.ts';

const own: Readonly<Record<string, string | undefined>> = { ...process.env };

const environment = (): Readonly<Record<string, string | undefined>> => currentProcess()?.environment ?? own;

/** `process.env`, stdout and stderr become those of the simulated process whose code asks. */
export const installEnvironment = (): void => {
  const env = new Proxy({} as NodeJS.ProcessEnv, {
    get: (_, name) => (typeof name === 'string' ? environment()[name] : undefined),
    has: (_, name) => name in environment(),
    ownKeys: () => Object.keys(environment()),
    getOwnPropertyDescriptor: (_, name) => {
      const value = environment()[name as string];
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
    // a process that sets its own would be seen by nobody else
    set: () => true,
    deleteProperty: () => true,
  });
  Object.defineProperty(process, 'env', { value: env, configurable: true, enumerable: true });
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = ((text: string | Uint8Array, ...rest: unknown[]) => {
      const writer = currentProcess();
      if (!writer) return write(text, ...rest);
      writer.write(String(text));
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done as () => void);
      return true;
    }) as typeof stream.write;
  }
};
