/** ms since 1970, as the API shows times. */
export const time = (ms: number): string => new Date(ms).toISOString();

/** Leaves out what is undefined: absent is absent, in JSON and for exactOptionalPropertyTypes. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
