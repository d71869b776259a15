import jsonata from 'jsonata';
import { type Json, typeName } from '../json.ts';
import { EvaluationFailure } from './errors.ts';
import { createFunctions, type EvaluationSource } from './jsonata-functions.ts';

/** What expressions see: `$states` and the variables. */
export interface Scope {
  readonly states: { readonly [name: string]: unknown };
  readonly variables: { readonly [name: string]: Json };
}

const compiled = new Map<string, jsonata.Expression>();
const COMPILED_LIMIT = 5_000;

/** The expression in `{% … %}`, or undefined: only a string that starts and ends so is an expression. */
export const expressionIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}') ? value.slice(2, -2).trim() : undefined;

const compile = (expression: string): jsonata.Expression => {
  let result = compiled.get(expression);
  if (!result) {
    if (compiled.size >= COMPILED_LIMIT) compiled.clear();
    result = jsonata(expression);
    compiled.set(expression, result);
  }
  return result;
};

const describe = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return code ? `${code}: ${message}` : (message ?? String(error));
};

/** Evaluates one field of a state, which may be a literal, an expression, or JSON with expressions inside. */
export const evaluate = async (value: Json, field: string, scope: Scope, source: EvaluationSource): Promise<Json> => {
  const bindings = {
    ...createFunctions({ ...source, where: `${source.where}/${field}` }),
    ...scope.variables,
    states: scope.states,
  };
  const walk = async (part: Json, location: string): Promise<Json> => {
    const expression = expressionIn(part);
    if (expression !== undefined) return evaluateExpression(expression, location, bindings);
    if (Array.isArray(part)) {
      const result: Json[] = [];
      for (const [index, item] of part.entries()) result.push(await walk(item, `${location}[${index}]`));
      return result;
    }
    if (typeof part === 'object' && part !== null) {
      const result: Record<string, Json> = {};
      for (const [key, item] of Object.entries(part)) result[key] = await walk(item, `${location}/${key}`);
      return result;
    }
    return part;
  };
  return walk(value, field);
};

const evaluateExpression = async (
  expression: string,
  location: string,
  bindings: Record<string, unknown>,
): Promise<Json> => {
  const subject = `The JSONata expression '${expression}' specified for the field '${location}'`;
  let result: unknown;
  try {
    result = await compile(expression).evaluate(undefined, bindings);
  } catch (error) {
    throw new EvaluationFailure(`${subject} threw an error during evaluation. ${describe(error)}`, location);
  }
  if (result === undefined) throw new EvaluationFailure(`${subject} returned nothing (undefined).`, location);
  // Through text: JSONata's arrays carry hidden members, and results may share parts with the input.
  const text = JSON.stringify(result, (_, part: unknown) => {
    const unsupported =
      typeof part === 'function' ||
      (typeof part === 'number' && !Number.isFinite(part)) ||
      (typeof part === 'object' && part !== null && '_jsonata_lambda' in part);
    // JSON has no such values, and would leave them out or make null of them.
    if (unsupported) throw new EvaluationFailure(`${subject} returned an unsupported result type.`, location);
    return part;
  });
  return JSON.parse(text) as Json;
};

/** Fails as AWS does when an expression gave the wrong type. */
export const wrongType = (value: Json, given: Json, field: string, expected: string): EvaluationFailure => {
  const expression = expressionIn(value);
  const subject =
    expression === undefined
      ? `The value specified for the field '${field}'`
      : `The JSONata expression '${expression}' specified for the field '${field}'`;
  return new EvaluationFailure(
    `${subject} returned an unexpected result type. Expected '${expected}', but was '${typeName(given)}' for value: ${JSON.stringify(given)}`,
    field,
  );
};
