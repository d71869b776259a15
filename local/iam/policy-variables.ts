import { lookUp, type RequestContext } from './request-context.ts';

const VARIABLE = /\$\{([^}]*)\}/g;

/** A policy text with its variables put in, or undefined if one has no value. */
export type Expand = (text: string, asPattern: boolean) => string | undefined;

/** Policies of the version of 2008, which is what a policy without a version is, have no variables. */
export const expander = (version: string | undefined, context: RequestContext): Expand =>
  version === '2012-10-17' ? (text, asPattern) => substitute(text, context, asPattern) : (text) => text;

/**
 * A policy text with its `${aws:…}` put in, or undefined if one of them has no value (then the text fits nothing).
 * What is put in is taken literally where `asPattern` says that the text is a pattern.
 */
const substitute = (text: string, context: RequestContext, asPattern: boolean): string | undefined => {
  if (!text.includes('${')) return text;
  let known = true;
  const result = text.replace(VARIABLE, (_whole, expression: string) => {
    // ${*}, ${?} and ${$} are AWS's way to write these characters literally.
    if (expression === '*' || expression === '?' || expression === '$')
      return asPattern ? literal(expression) : expression;
    const [, key = '', fallback] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)')?\s*$/.exec(expression) ?? [];
    const value = lookUp(context, key);
    // A key with several values can't stand for one text.
    const single = value?.length === 1 ? value[0] : fallback;
    if (single === undefined) {
      known = false;
      return '';
    }
    return asPattern ? literal(single) : single;
  });
  return known ? result : undefined;
};

/** Private-use characters stand for literal `*` and `?`, so that a tag's value can't widen a pattern. */
const STAR = '\u{e000}';
const MARK = '\u{e001}';
const literal = (text: string): string => text.replaceAll('*', STAR).replaceAll('?', MARK);

/** The value, written so that it meets literals of {@link substitute}: only its own `*` and `?` fit them. */
export const hasLiterals = (pattern: string): boolean => pattern.includes(STAR) || pattern.includes(MARK);

export const matchLiterals = (
  matches: (pattern: string, value: string) => boolean,
  pattern: string,
  value: string,
): boolean => (hasLiterals(pattern) ? matches(pattern, literal(value)) : matches(pattern, value));
