/** The environment does not say what a function needs; the message names everything that is missing. */
export class BadConfiguration extends Error {
  override readonly name = 'BadConfiguration';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a function's configuration once, whole: `names` maps what the code calls a value to the environment's name.
 * Throws BadConfiguration.
 */
export const readConfiguration = <Key extends string>(
  environment: Environment,
  names: Readonly<Record<Key, string>>,
): Readonly<Record<Key, string>> => {
  const entries = Object.entries<string>(names);
  const missing = entries.filter(([, name]) => !environment[name]).map(([, name]) => name);
  if (missing.length > 0) throw new BadConfiguration(`missing in the environment: ${missing.join(', ')}`);
  return Object.freeze(Object.fromEntries(entries.map(([key, name]) => [key, environment[name]]))) as Record<
    Key,
    string
  >;
};

/** A whole number from 1 up. */
export const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new BadConfiguration(`${name} is ${JSON.stringify(text)}: a whole number from 1 up is needed`);
  return value;
};
