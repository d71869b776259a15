/** A record's identity is part of its key, or of the rows that point to it. */
export const unchangeable = (change: object, names: readonly string[]): void => {
  const named = names.filter((name) => name in change);
  if (named.length > 0) throw new TypeError(`cannot be changed: ${named.join(', ')}`);
};
