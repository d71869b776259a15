/** Patterns recur with every request; policies of one data folder have some hundred of them. */
const compiled = new Map<string, RegExp>();
const LIMIT = 5_000;

/** Whether `value` fits an IAM pattern, in which `*` is any run of characters and `?` any one. */
export const matchesPattern = (pattern: string, value: string, caseSensitive = true): boolean => {
  if (pattern === '*') return true;
  const key = caseSensitive ? pattern : `i:${pattern}`;
  let expression = compiled.get(key);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replace(/\?/g, '.');
    expression = new RegExp(`^${source}$`, caseSensitive ? 's' : 'is');
    if (compiled.size >= LIMIT) compiled.clear();
    compiled.set(key, expression);
  }
  return expression.test(value);
};

/**
 * ARNs are compared part by part: a wildcard does not reach over a colon into the next part, except in the last,
 * which holds the rest.
 */
export const matchesArn = (pattern: string, arn: string): boolean => {
  if (pattern === '*') return true;
  const patternParts = splitArn(pattern);
  const arnParts = splitArn(arn);
  if (!arnParts) return matchesPattern(pattern, arn);
  if (!patternParts) return false;
  return patternParts.every((part, index) => matchesPattern(part, arnParts[index] ?? ''));
};

const splitArn = (text: string): string[] | undefined => {
  const parts = text.split(':');
  if (parts[0] !== 'arn' || parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

export const toList = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
