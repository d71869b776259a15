/**
 * Who may speak to the console's server: a browser of this machine that was opened with an address printed by it. Other
 * web pages can send requests to loopback too, so names and origins are checked before anything else.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const secret = (): string => randomBytes(32).toString('base64url');

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** What is wrong with a request before it is looked at any further. */
type Refusal = 'foreign host' | 'foreign origin';

/**
 * Cookies are not kept apart by port: another server on loopback, of whoever has an account on this machine, is sent the
 * browser's. So the API wants a key too, which the page keeps where a browser keeps ports apart.
 */
export const KEY_HEADER = 'x-holdfast-session';

export interface Session {
  readonly cookie: string;
  readonly key: string;
}

export interface Door {
  /** A token that opens a session once. */
  issue(): string;
  /** A session, if the token is one that was issued and not used yet. */
  open(token: string): Session | undefined;
  /** Of every request: is it for us, and from a page of ours? `undefined`: it is. */
  refuse(method: string, headers: IncomingHttpHeaders, of: 'page' | 'api'): Refusal | undefined;
  /** May be given the page: nothing in it is secret. */
  hasCookie(headers: IncomingHttpHeaders): boolean;
  /** May ask the API. */
  hasSession(headers: IncomingHttpHeaders): boolean;
}

const cookies = (header: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (header ?? '').split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
    }),
  );

/** Reads change nothing, and a browser sends no Origin with them; who changes something says where it is from. */
const reads = (method: string): boolean => method === 'GET' || method === 'HEAD';

export const createDoor = (port: number): Door => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  // cookies are not kept apart by port: two consoles side by side must not take each other's away
  const name = `holdfast-console-${port}`;
  const [session, key] = [secret(), secret()];
  const unused = new Set<string>();
  const hasCookie = ({ cookie }: IncomingHttpHeaders): boolean => {
    const given = cookies(cookie).get(name);
    return given !== undefined && same(given, session);
  };
  return {
    issue() {
      const token = secret();
      unused.add(token);
      return token;
    },
    open(token) {
      const found = [...unused].find((each) => same(each, token));
      if (found === undefined) return undefined;
      unused.delete(found);
      return { cookie: `${name}=${session}; HttpOnly; SameSite=Strict; Path=/`, key };
    },
    refuse(method, { host, origin, 'sec-fetch-site': site }, of) {
      // a name that was made to resolve to loopback is in Host
      if (host === undefined || !hosts.includes(host)) return 'foreign host';
      if (origin === undefined ? !reads(method) : origin !== `http://${host}`) return 'foreign origin';
      // another port of this machine is the same site to a browser, cookies and all. A link may lead to a page, though.
      const own = site === undefined || site === 'same-origin' || (site === 'none' && reads(method));
      return own || (of === 'page' && reads(method)) ? undefined : 'foreign origin';
    },
    hasCookie,
    hasSession(headers) {
      const given = headers[KEY_HEADER];
      return hasCookie(headers) && typeof given === 'string' && same(given, key);
    },
  };
};
