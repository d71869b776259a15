import { isObject, type Json, type JsonObject } from '../json.ts';
import type { MachineType } from '../records.ts';
import { checkBlock } from './block.ts';
import { type Diagnostic, Diagnostics } from './diagnostics.ts';
import { machineFields } from './fields.ts';

/** AWS's limit of a definition. */
const DEFINITION_LIMIT = 1_048_576;

/** Everything that is wrong with a definition; nothing, if this interpreter runs all of it. */
export const validateDefinition = (text: string, type: MachineType): Diagnostic[] => {
  const found = new Diagnostics();
  if (Buffer.byteLength(text) > DEFINITION_LIMIT) {
    found.add(`The definition is longer than ${DEFINITION_LIMIT} bytes`, '');
    return found.found;
  }
  let machine: Json;
  try {
    machine = JSON.parse(text) as Json;
  } catch (error) {
    found.add((error as Error).message, '', 'INVALID_JSON_DESCRIPTION');
    return found.found;
  }
  if (!isObject(machine)) {
    found.add('Expected value of type Object', '', 'INVALID_JSON_DESCRIPTION');
    return found.found;
  }
  checkMachine(machine, type, found);
  return found.found;
};

const checkMachine = (machine: JsonObject, type: MachineType, found: Diagnostics): void => {
  found.only(machine, machineFields, '');
  found.oneOf(machine.QueryLanguage, ['JSONata', 'JSONPath'], '/QueryLanguage');
  found.oneOf(machine.Version, ['1.0'], '/Version');
  const { TimeoutSeconds: timeout } = machine;
  if (
    timeout !== undefined &&
    !(Number.isInteger(timeout) && (timeout as number) > 0 && (timeout as number) <= 99_999_999)
  ) {
    found.add('Value must be an integer between 1 and 99999999', '/TimeoutSeconds');
  }
  checkBlock(machine, '', {
    found,
    type,
    language: machine.QueryLanguage === 'JSONata' ? 'JSONata' : 'JSONPath',
    names: new Set(),
    outer: new Set(),
    checkBlock,
  });
};
