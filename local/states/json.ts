export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How AWS names a value's type in messages. */
export const typeName = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** Bytes of a value as the JSON text that Step Functions counts. */
export const jsonBytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value));
