/** Names are written as `#name`, values as `:value`: DynamoDB reserves hundreds of words (state, owner, …). */
export interface Condition {
  /** E.g. `#owner = :me OR attribute_not_exists(#owner)`. */
  readonly text: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface Change {
  /** Fields to set; those that are undefined are removed. */
  readonly set?: Readonly<Record<string, unknown>>;
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

export const conditionExpression = (condition: Condition): Expression => finish({ condition });

export const changeExpression = ({ set = {}, increase = {} }: Change, condition?: Condition): Expression => {
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined) {
      removes.push(`#${name}`);
      continue;
    }
    values[`:set_${name}`] = value;
    sets.push(`#${name} = :set_${name}`);
  }
  for (const [path, by] of Object.entries(increase)) {
    const names = path.split('.');
    const target = names.map((name) => `#${name}`).join('.');
    const value = `:add_${names.join('_')}`;
    values[value] = by;
    values[':nothing'] = 0;
    // Not ADD: that reaches top-level attributes only.
    sets.push(`${target} = if_not_exists(${target}, :nothing) + ${value}`);
  }
  const update = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ].join(' ');
  return finish({ update, values, ...(condition ? { condition } : {}) });
};

const finish = (parts: {
  update?: string;
  values?: Readonly<Record<string, unknown>>;
  condition?: Condition;
}): Expression => {
  const text = `${parts.update ?? ''} ${parts.condition?.text ?? ''}`;
  const names = Object.fromEntries([...text.matchAll(/#(\w+)/g)].map(([alias, name]) => [alias, name as string]));
  const values = { ...parts.values, ...parts.condition?.values };
  return {
    ...(parts.update ? { UpdateExpression: parts.update } : {}),
    ...(parts.condition ? { ConditionExpression: parts.condition.text } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
};
