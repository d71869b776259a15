/** Between control plane and access nodes either side may be the newer one. */
import type { z } from 'zod';

/**
 * Reads what a newer side may have said: fields that the schema does not know are passed over, at whatever depth, and are in
 * nothing that comes of it. Everything else is refused as by the schema itself. Not for what orders somebody to do
 * something: there a field may be one that must not be passed over.
 */
export const safeReadFromNewer = <T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> => {
  const read = schema.safeParse(value);
  if (read.success) return read;
  const unknown = read.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
  return unknown.length === 0 ? read : schema.safeParse(without(value, unknown));
};

/** The same. Errors: ZodError. */
export const readFromNewer = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { data, error } = safeReadFromNewer(schema, value);
  if (error) throw error;
  return data;
};

const without = (
  value: unknown,
  unknown: readonly { readonly path: PropertyKey[]; readonly keys: string[] }[],
): unknown => {
  const copy = structuredClone(value);
  for (const { path, keys } of unknown) {
    const holder = path.reduce<Record<PropertyKey, unknown>>(
      (within, key) => within[key] as Record<PropertyKey, unknown>,
      copy as Record<PropertyKey, unknown>,
    );
    for (const key of keys) delete holder[key];
  }
  return copy;
};
