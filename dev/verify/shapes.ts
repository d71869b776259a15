/** As much as can be known of a value before there is one: which fields it has. */
import { z } from 'zod';

/** `any`: nothing is known. `value`: it has no fields. `maybe`: it is not there on every path. */
export type Shape =
  | { readonly kind: 'any' | 'value' }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> };
export interface Field {
  readonly shape: Shape;
  readonly maybe: boolean;
}

export const ANY: Shape = { kind: 'any' };
export const VALUE: Shape = { kind: 'value' };
export const objectOf = (fields: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'object',
  fields: Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, { shape, maybe: false }])),
});

/** Where two paths meet: what either has, and what not both have only maybe. */
export const meet = (one: Shape, other: Shape): Shape => {
  if (one.kind === 'object' && other.kind === 'object') return meetObjects(one.fields, other.fields);
  if (one.kind === 'any' || other.kind === 'any') return ANY;
  if (one.kind === 'object' || other.kind === 'object')
    return meetObjects(one.kind === 'object' ? one.fields : {}, other.kind === 'object' ? other.fields : {});
  return VALUE;
};

const meetObjects = (one: Readonly<Record<string, Field>>, other: Readonly<Record<string, Field>>): Shape => ({
  kind: 'object',
  fields: Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((name) => {
      const [a, b] = [one[name], other[name]];
      if (a && b) return [name, { shape: meet(a.shape, b.shape), maybe: a.maybe || b.maybe }];
      return [name, { shape: ((a ?? b) as Field).shape, maybe: true }];
    }),
  ),
});

/** `$merge`: what comes later stands for what came before. */
export const merge = (shapes: readonly Shape[]): Shape =>
  shapes.reduce((all, shape) => {
    if (all.kind !== 'object' || shape.kind !== 'object') return ANY;
    const later = Object.entries(shape.fields).map(([name, field]): [string, Field] => {
      const before = all.fields[name];
      if (!field.maybe || !before) return [name, field];
      return [name, { shape: meet(before.shape, field.shape), maybe: before.maybe }];
    });
    return { kind: 'object', fields: { ...all.fields, ...Object.fromEntries(later) } };
  }, objectOf({}));

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const ofJsonSchema = ({ properties, required = [], anyOf, oneOf, type }: JsonSchema): Shape => {
  const choices = anyOf ?? oneOf;
  if (choices)
    return choices
      .filter((one) => one.type !== 'null')
      .map(ofJsonSchema)
      .reduce(meet);
  if (properties)
    return {
      kind: 'object',
      fields: Object.fromEntries(
        Object.entries(properties).map(([name, schema]) => [
          name,
          { shape: ofJsonSchema(schema), maybe: !required.includes(name) },
        ]),
      ),
    };
  return type === undefined || type === 'object' ? ANY : VALUE;
};

/** Of what a schema lets through. */
export const shapeOf = (schema: z.ZodType): Shape =>
  ofJsonSchema(z.toJSONSchema(schema, { unrepresentable: 'any', reused: 'inline' }) as JsonSchema);
