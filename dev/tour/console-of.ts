import assert from 'node:assert/strict';
import { KEY_HEADER } from '../../cli/console-door.ts';
import { startConsole } from '../../cli/console-server.ts';
import { buildConsole, consolePageDir } from '../build-console.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import type { Person } from './person.ts';

export interface OpenedConsole {
  /** What the browser is served first. */
  readonly page: string;
  /** What the page asks the API for, by its path: `/plans`. */
  read<T>(path: string): Promise<T>;
}

/** Opens the console as `holdfast console` serves it to that person, as a browser does, and closes it again. */
export const withConsole = async <T>(
  { apiUrl, place }: Pick<LocalHoldfast, 'apiUrl' | 'place'>,
  { user }: Person,
  use: (opened: OpenedConsole) => Promise<T>,
): Promise<T> => {
  await buildConsole({ ifOlder: true });
  const server = await startConsole({
    url: new URL(apiUrl),
    region: place.region,
    credentials: async () => user,
    pageDir: consolePageDir,
    port: 0,
  });
  try {
    const welcome = await fetch(server.address);
    const cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? '';
    const key = /#session=([\w-]+)/.exec(await welcome.text())?.[1] ?? '';
    const get = async (path: string): Promise<Response> => {
      const answer = await fetch(new URL(path, server.address), { headers: { cookie, [KEY_HEADER]: key } });
      assert.equal(answer.status, 200, `${path}: ${answer.status}`);
      return answer;
    };
    return await use({
      page: await (await get('/')).text(),
      read: async <R>(path: string) => (await (await get(`/api${path}`)).json()) as R,
    });
  } finally {
    await server.stop();
  }
};
