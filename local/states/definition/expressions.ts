import jsonata from 'jsonata';
import { expressionIn } from '../interpreter/evaluate.ts';
import type { Json } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';

/** Checks every expression inside a field of a JSONata state. */
export const checkTemplate = (value: Json | undefined, location: string, found: Diagnostics): void => {
  if (value === undefined) return;
  if (typeof value === 'string') checkText(value, location, found);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkTemplate(item, `${location}[${index}]`, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) checkTemplate(item, `${location}/${key}`, found);
  }
};

/** A field outside JSONata states is taken as it is: a path or an intrinsic function in it would be. */
export const checkLiteral = (value: Json | undefined, location: string, found: Diagnostics): void => {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkLiteral(item, `${location}[${index}]`, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key.endsWith('.$'))
        found.add(`Field '${key}' is not supported (JSONPath fields are not supported here)`, location);
      else checkLiteral(item, `${location}/${key}`, found);
    }
  }
};

const checkText = (text: string, location: string, found: Diagnostics): void => {
  if (!text.startsWith('{%')) return;
  const expression = expressionIn(text);
  if (expression === undefined) {
    found.add("A JSONata expression must end with '%}'", location);
    return;
  }
  let ast: unknown;
  try {
    ast = jsonata(expression).ast();
  } catch (error) {
    found.add(`The JSONata expression is invalid: ${(error as Error).message}`, location);
    return;
  }
  if (mentions(ast, 'eval')) {
    found.add("The JSONata function '$eval' is not available in Step Functions: use '$parse'", location);
  }
  // AWS has JSONata 2.0.6; the library here is newer.
  if (/\?\?|(?<!\()\?:/.test(withoutLiterals(expression))) {
    found.add("The JSONata operators '??' and '?:' are not available in Step Functions (JSONata 2.0.6)", location);
  }
};

const mentions = (node: unknown, variable: string): boolean => {
  if (Array.isArray(node)) return node.some((item) => mentions(item, variable));
  if (typeof node !== 'object' || node === null) return false;
  const { type, value } = node as { type?: string; value?: unknown };
  if (type === 'variable' && value === variable) return true;
  return Object.values(node).some((item) => mentions(item, variable));
};

const withoutLiterals = (expression: string): string =>
  expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\/\*[\s\S]*?\*\//g, "''");
