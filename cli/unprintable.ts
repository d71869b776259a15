/**
 * Characters of names and messages that nobody is shown as they are: C0 and C1 but tab and line feed; marks, embeddings,
 * overrides and isolates of direction; line and paragraph separators.
 */
export const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Such characters are shown as U+FFFD. */
export const withoutUnprintable = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(UNPRINTABLE, '\ufffd');
