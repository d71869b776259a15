import { isObject, type JsonObject } from '../json.ts';
import { checkState } from './state.ts';
import type { Checking } from './state-check.ts';

/** A machine, a branch, or a Map's processor: its states, and that each transition leads somewhere. */
export const checkBlock = (block: JsonObject, location: string, checking: Checking): void => {
  const { found, names } = checking;
  if (!found.required(block, ['StartAt', 'States'], location)) return;
  const { StartAt: start, States: states } = block;
  if (!found.object(states, `${location}/States`)) return;
  if (typeof start !== 'string') found.add('Expected value of type String', `${location}/StartAt`);
  else if (!states[start])
    found.add(`Missing 'StartAt' target: ${start}`, `${location}/StartAt`, 'MISSING_TRANSITION_TARGET');

  const assigned = new Set(Object.values(states).flatMap(assignedBy));
  for (const name of assigned) {
    if (checking.outer.has(name)) {
      found.add(`The variable '${name}' is already assigned in an outer scope`, `${location}/States`);
    }
  }
  const targets = new Set<string>(typeof start === 'string' ? [start] : []);
  let ends = false;
  for (const [name, state] of Object.entries(states)) {
    const place = `${location}/States/${name}`;
    if (name.length > 80) found.add('State names must not be longer than 80 characters', place);
    if (names.has(name)) found.add(`Duplicate state name: ${name}`, place, 'DUPLICATE_STATE_NAME');
    names.add(name);
    if (!found.object(state, place)) continue;
    // What the state itself assigns, it assigns after its branches have ended.
    const others = Object.entries(states).flatMap(([other, value]) => (other === name ? [] : assignedBy(value)));
    checkState(name, state, place, { ...checking, outer: new Set([...checking.outer, ...others]) });
    for (const { target, field } of targetsOf(state)) {
      targets.add(target);
      if (!states[target])
        found.add(`Missing 'Next' target: ${target}`, `${place}/${field}`, 'MISSING_TRANSITION_TARGET');
    }
    ends ||= state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
  }
  for (const name of Object.keys(states)) {
    if (!targets.has(name))
      found.add(`State "${name}" is not reachable.`, `${location}/States/${name}`, 'MISSING_TRANSITION_TARGET');
  }
  if (!ends) found.add('No path leads to an end state', `${location}/States`, 'NO_TERMINAL_STATE');
};

const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const targetsOf = (state: JsonObject): { target: string; field: string }[] => {
  const candidates: [unknown, string][] = [
    [state.Next, 'Next'],
    [state.Default, 'Default'],
    ...listOf(state.Choices).map(({ Next }, index): [unknown, string] => [Next, `Choices[${index}]/Next`]),
    ...listOf(state.Catch).map(({ Next }, index): [unknown, string] => [Next, `Catch[${index}]/Next`]),
  ];
  return candidates.flatMap(([target, field]) => (typeof target === 'string' ? [{ target, field }] : []));
};

const assignedBy = (state: unknown): string[] => {
  if (!isObject(state)) return [];
  const assigns = [state.Assign, ...[...listOf(state.Choices), ...listOf(state.Catch)].map(({ Assign }) => Assign)];
  return assigns.flatMap((assign) => (isObject(assign) ? Object.keys(assign) : []));
};
