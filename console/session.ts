/** The key that the console's server wants with whatever is asked of the API, beside its cookie (cli/console-door.ts). */
const NAME = 'holdfast-session';

/** What of a browser is used here. */
interface Tab {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly localStorage: { getItem(name: string): string | null; setItem(name: string, value: string): void };
  readonly history: { replaceState(data: null, unused: string, address: string): void };
}

const take = ({ location, localStorage, history }: Tab): string => {
  const given = new URLSearchParams(location.hash.slice(1)).get('session');
  if (given === null) return localStorage.getItem(NAME) ?? '';
  localStorage.setItem(NAME, given);
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  return given;
};

let key: string | undefined;

/**
 * From the address's fragment, where the server has put it, or from where another tab has kept it; the same from then on. A
 * server that is started anew has another key: what was opened before is let in no more, and does not go on as somebody else.
 */
export const sessionKey = (): string => {
  key ??= take(globalThis as unknown as Tab);
  return key;
};
