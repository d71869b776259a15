import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface Relay {
  /** The API's address, by way of the relay. */
  readonly url: string;
  /** Cuts what is open, and takes nothing new. */
  cut(): void;
  mend(): void;
}

/** A line to the API that can be cut. */
export const relayTo = async (t: TestContext, apiUrl: string): Promise<Relay> => {
  const to = new URL(apiUrl);
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    open.add(near);
    if (!whole) return void near.destroy();
    const far = connect(Number(to.port), to.hostname);
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(other);
      from.on('error', () => other.destroy());
      from.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: apiUrl.replace(to.host, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    cut() {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend() {
      whole = true;
    },
  };
};
