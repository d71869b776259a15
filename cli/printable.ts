/**
 * Text as a terminal may be given it. Names, tags and messages come from guests, from AWS and from whoever writes them: a
 * control sequence in one could move the cursor, set the window's title or forge a line; a bidi override could turn the
 * words around.
 */
import { stripVTControlCharacters } from 'node:util';
import { UNPRINTABLE, withoutUnprintable } from './unprintable.ts';

/** What the screen's own colours are made of: bold, dim, the ends of both, eight colours and their end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const OWN_COLORS = /(\u001b\[(?:1|2|22|3[0-79])m)/;

const plain = (text: string): string => withoutUnprintable(stripVTControlCharacters(text.replaceAll('\r\n', '\n')));

/** Whole sequences are taken out, other such characters shown as U+FFFD. `colored`: what the screen paints with stays. */
export const printable = (text: string, { colored }: { readonly colored: boolean }): string =>
  colored
    ? text
        .split(OWN_COLORS)
        .map((part, at) => (at % 2 === 1 ? part : plain(part)))
        .join('')
    : plain(text);

/** For scripts, and for whoever looks at their output: JSON leaves C1 and bidi characters as they are, unless told. */
export const printableJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
