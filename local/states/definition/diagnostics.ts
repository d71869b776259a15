import { isObject, type Json, type JsonObject } from '../json.ts';
import { jsonPathFields } from './fields.ts';

export interface Diagnostic {
  readonly severity: 'ERROR';
  readonly code: string;
  readonly message: string;
  readonly location: string;
}

/** Collects what is wrong with a definition. */
export class Diagnostics {
  readonly found: Diagnostic[] = [];

  add(message: string, location: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.found.push({ severity: 'ERROR', code, message, location: location === '' ? '/' : location });
  }

  /** Refuses every field that is not listed, and says which state and field it is. */
  only(value: JsonObject, allowed: readonly string[], location: string): void {
    for (const field of Object.keys(value)) {
      if (allowed.includes(field)) continue;
      const hint = jsonPathFields.has(field) || field.endsWith('.$') ? ' (JSONPath fields are not supported here)' : '';
      this.add(`Field '${field}' is not supported${hint}`, location);
    }
  }

  required(value: JsonObject, fields: readonly string[], location: string): boolean {
    const missing = fields.filter((field) => value[field] === undefined);
    if (missing.length > 0) this.add(`These fields are required: [${missing.join(', ')}]`, location);
    return missing.length === 0;
  }

  object(value: Json | undefined, location: string): value is JsonObject {
    if (isObject(value)) return true;
    this.add('Expected value of type Object', location);
    return false;
  }

  oneOf(value: Json | undefined, allowed: readonly string[], location: string): void {
    if (value !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
      this.add(`Value is not valid. Expected one of: [${allowed.join(', ')}]`, location);
    }
  }
}
