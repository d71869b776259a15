/** The key that the console's server wants with whatever is asked of the API, beside its cookie (cli/console-door.ts). */
const NAME = 'holdfast-session';

interface Kept {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

let key = '';

/**
 * Once, before anything is asked: from the address's fragment, where the server has put it, or from where another tab has
 * kept it. A server that is started anew has another key: what was opened before is let in no more, and does not go on as
 * somebody else.
 */
export const takeSession = (fragment: string, kept: Kept): void => {
  const given = new URLSearchParams(fragment.slice(1)).get('session');
  if (given !== null) kept.setItem(NAME, given);
  key = given ?? kept.getItem(NAME) ?? '';
};

export const sessionKey = (): string => key;
