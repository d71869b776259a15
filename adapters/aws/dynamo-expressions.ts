/** Names are written as `#name`, values as `:value`: DynamoDB reserves hundreds of words (state, owner, …). */
export interface Condition {
  /** E.g. `#owner = :me OR attribute_not_exists(#owner)`. */
  readonly text: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface Change {
  /** Fields to set; those that are undefined are removed. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** The same for fields that are absent: what is there stays. */
  readonly once?: Readonly<Record<string, unknown>>;
  /** Numbers to add to, by path (`counters.stored`); one that is absent counts as 0. */
  readonly increase?: Readonly<Record<string, number>>;
}

interface Expression {
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}

/** `#state IN (:from0, …)`: at least one value. */
export const isOneOf = (field: string, values: readonly string[]): Condition => {
  const named = Object.fromEntries(values.map((value, index) => [`:from${index}`, value]));
  return { text: `#${field} IN (${Object.keys(named).join(', ')})`, values: named };
};

export const isEqual = (field: string, value: unknown): Condition => ({
  text: `#${field} = :is_${field}`,
  values: { [`:is_${field}`]: value },
});

export const conditionExpression = (condition: Condition): Expression => finish({ condition });

/** An alias has letters, digits and underscores only; volumes' ids have a hyphen. */
const aliasOf = (name: string): string => name.replaceAll(/\W/g, '_');
const pathOf = (path: string): string =>
  path
    .split('.')
    .map((name) => `#${aliasOf(name)}`)
    .join('.');
const placeOf = (kind: string, path: string): string => `:${kind}_${aliasOf(path)}`;

/** That there is something to write into; by path (`progress.vol-1`), which the same change names, too. */
export const isThere = (path: string): Condition => ({ text: `attribute_exists(${pathOf(path)})` });

export const changeExpression = ({ set = {}, once = {}, increase = {} }: Change, condition?: Condition): Expression => {
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [path, to] of Object.entries(set)) {
    if (to === undefined) {
      removes.push(pathOf(path));
      continue;
    }
    values[placeOf('set', path)] = to;
    sets.push(`${pathOf(path)} = ${placeOf('set', path)}`);
  }
  for (const [path, to] of Object.entries(once)) {
    values[placeOf('once', path)] = to;
    sets.push(`${pathOf(path)} = if_not_exists(${pathOf(path)}, ${placeOf('once', path)})`);
  }
  for (const [path, by] of Object.entries(increase)) {
    values[placeOf('add', path)] = by;
    values[':nothing'] = 0;
    // Not ADD: that reaches top-level attributes only.
    sets.push(`${pathOf(path)} = if_not_exists(${pathOf(path)}, :nothing) + ${placeOf('add', path)}`);
  }
  const names = [set, once, increase].flatMap((paths) => Object.keys(paths).flatMap((path) => path.split('.')));
  const update = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ].join(' ');
  return finish({ update, values, names, ...(condition ? { condition } : {}) });
};

const finish = (parts: {
  update?: string;
  values?: Readonly<Record<string, unknown>>;
  /** Whose alias is another than the name itself. */
  names?: readonly string[];
  condition?: Condition;
}): Expression => {
  const text = `${parts.update ?? ''} ${parts.condition?.text ?? ''}`;
  const names = Object.fromEntries([
    ...[...text.matchAll(/#(\w+)/g)].map(([alias, name]) => [alias, name as string]),
    ...(parts.names ?? []).map((name) => [`#${aliasOf(name)}`, name]),
  ]);
  const values = { ...parts.values, ...parts.condition?.values };
  return {
    ...(parts.update ? { UpdateExpression: parts.update } : {}),
    ...(parts.condition ? { ConditionExpression: parts.condition.text } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
};
