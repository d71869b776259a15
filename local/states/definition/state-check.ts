import type { Json, JsonObject } from '../json.ts';
import type { MachineType } from '../records.ts';
import type { Diagnostics } from './diagnostics.ts';
import { checkTemplate } from './expressions.ts';

/** What the checks of one machine share. */
export interface Checking {
  readonly found: Diagnostics;
  readonly type: MachineType;
  /** Of the machine: what a state uses that names none. */
  readonly language: 'JSONata' | 'JSONPath';
  /** State names seen so far: they must differ in the whole machine. */
  readonly names: Set<string>;
  /** Variables assigned outside, which a branch may read but not assign. */
  readonly outer: ReadonlySet<string>;
  /** Checks a block inside a state: a branch, a Map's processor. */
  readonly checkBlock: (block: JsonObject, location: string, checking: Checking) => void;
}

/** What the checks of one state share. */
export interface StateCheck extends Checking {
  readonly name: string;
  readonly state: JsonObject;
  readonly location: string;
  readonly isJsonata: boolean;
}

export const checkAssign = (assign: Json | undefined, location: string, found: Checking['found']): void => {
  if (assign === undefined || !found.object(assign, `${location}/Assign`)) return;
  for (const name of Object.keys(assign)) {
    if (name === 'states' || !/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      found.add(`'${name}' is not a valid variable name`, `${location}/Assign`);
    }
  }
};

export const isExpression = (value: Json | undefined): boolean => typeof value === 'string' && value.startsWith('{%');

/** An integer, or in a JSONata state an expression for one. */
export const checkNumber = (
  value: Json | undefined,
  location: string,
  found: Checking['found'],
  isJsonata: boolean,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void => {
  if (value === undefined) return;
  if (isJsonata && isExpression(value)) checkTemplate(value, location, found);
  else if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    found.add(
      `Value must be an integer of at least ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`}`,
      location,
    );
  }
};
