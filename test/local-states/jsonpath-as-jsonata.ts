/**
 * Writes a recorded JSONPath machine in JSONata, where that takes nothing but spelling: so that the recordings of task
 * tokens, timeouts, retries, nested executions and distributed Maps, made in JSONPath, can be held against a JSONata
 * interpreter. Gives undefined where the two languages differ in more.
 */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Obj = { [key: string]: Json };

class Untranslatable extends Error {}

const isObject = (value: Json | undefined): value is Obj =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const path = (text: Json | undefined): string => {
  const match = typeof text === 'string' ? /^\$(\$)?((?:\.[A-Za-z_][\w-]*|\[\d+\])*)$/.exec(text) : null;
  if (!match) {
    if (typeof text === 'string' && /^\$[A-Za-z_]\w*(\.\w+)*$/.test(text)) return text;
    throw new Untranslatable(String(text));
  }
  const steps = (match[2] ?? '').replace(/\.([\w-]*-[\w-]*)/g, '.`$1`');
  return `${match[1] ? '$states.context' : '$states.input'}${steps}`;
};
const expression = (text: Json | undefined): string => `{% ${path(text)} %}`;

const template = (value: Json): Json => {
  if (typeof value === 'string' && value.startsWith('{%')) throw new Untranslatable(value);
  if (Array.isArray(value)) return value.map(template);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, Json] =>
      key.endsWith('.$') ? [key.slice(0, -2), expression(item)] : [key, template(item)],
    ),
  );
};

/** `ResultPath` as Output: `what` is put into the input. */
const placed = (resultPath: Json | undefined, what: string): Json | undefined => {
  if (resultPath === undefined || resultPath === '$') return undefined;
  if (resultPath === null) return '{% $states.input %}';
  const [, name] = /^\$\.(\w+)$/.exec(String(resultPath)) ?? [];
  if (!name) throw new Untranslatable(String(resultPath));
  return `{% $merge([$states.input, {"${name}": ${what}}]) %}`;
};

/** `XPath: "$.x"` → `X: "{% $states.input.x %}"`, for the fields that have such a twin. */
const twins = [
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Seconds',
  'Timestamp',
  'Error',
  'Cause',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'MaxItems',
  'MaxItemsPerBatch',
  'MaxInputBytesPerBatch',
];
const withTwins = (fields: Obj): Obj => {
  const result: Obj = { ...fields };
  for (const name of twins) {
    if (result[`${name}Path`] === undefined) continue;
    result[name] = expression(result[`${name}Path`]);
    delete result[`${name}Path`];
  }
  return result;
};

const take = (from: Obj, field: string): Json | undefined => {
  const value = from[field];
  delete from[field];
  return value;
};

const state = (original: Obj): Obj => {
  const result = withTwins(original);
  const { Type: type } = result;
  for (const field of ['ResultSelector', 'OutputPath', 'QueryLanguage']) {
    if (result[field] !== undefined) throw new Untranslatable(field);
  }
  if (type === 'Choice') throw new Untranslatable('Choice');
  const parameters = take(result, 'Parameters');
  const inputPath = take(result, 'InputPath');
  const resultPath = take(result, 'ResultPath');
  if (inputPath !== undefined && parameters !== undefined) throw new Untranslatable('InputPath with Parameters');
  // In JSONPath a path in Assign is one into the state's result.
  if (/\.\$":"\$[."]/.test(JSON.stringify(result.Assign ?? {}))) throw new Untranslatable('Assign from the result');
  if (result.Assign !== undefined) result.Assign = template(result.Assign);
  if (Array.isArray(result.Catch)) {
    result.Catch = result.Catch.map((catcher) => {
      if (!isObject(catcher)) throw new Untranslatable('Catch');
      const rest = { ...catcher };
      const output = placed(take(rest, 'ResultPath'), '$states.errorOutput');
      return { ...rest, ...(output === undefined ? {} : { Output: output }) };
    });
  }
  let what = '$states.result';
  if (type === 'Pass') {
    const given = take(result, 'Result');
    what = given === undefined ? (inputPath === undefined ? '$states.input' : path(inputPath)) : JSON.stringify(given);
    if (parameters !== undefined && resultPath !== undefined) throw new Untranslatable('Parameters with ResultPath');
    if (parameters !== undefined) result.Output = template(parameters);
    else if (given !== undefined) result.Output = given;
    else if (inputPath !== undefined) result.Output = expression(inputPath);
  } else if (type === 'Map') {
    const itemsPath = take(result, 'ItemsPath');
    if (inputPath !== undefined && (itemsPath !== undefined || result.ItemSelector !== undefined))
      throw new Untranslatable('InputPath');
    const reader = result.ItemReader;
    if (!reader && (itemsPath ?? inputPath) !== undefined) result.Items = expression(itemsPath ?? inputPath);
    else if (reader && itemsPath !== undefined) throw new Untranslatable('ItemsPath of a dataset');
    if (parameters !== undefined) result.ItemSelector = parameters;
    if (result.ItemSelector !== undefined) result.ItemSelector = template(result.ItemSelector);
    if (isObject(reader)) {
      const { Parameters: place = {}, ReaderConfig: config, ...rest } = reader;
      result.ItemReader = {
        ...rest,
        Arguments: template(place),
        ...(isObject(config) ? { ReaderConfig: withTwins(config) } : {}),
      };
    }
    if (isObject(result.ItemBatcher)) {
      const { BatchInput: common, ...rest } = withTwins(result.ItemBatcher);
      result.ItemBatcher = { ...rest, ...(common === undefined ? {} : { BatchInput: template(common) }) };
    }
    for (const field of ['ItemProcessor', 'Iterator'])
      if (isObject(result[field])) result[field] = block(result[field] as Obj);
  } else {
    if (parameters !== undefined) result.Arguments = template(parameters);
    else if (inputPath !== undefined) result.Arguments = expression(inputPath);
    if (Array.isArray(result.Branches)) result.Branches = result.Branches.map((branch) => block(branch as Obj));
  }
  const output = placed(resultPath, what);
  if (output !== undefined) result.Output = output;
  return result;
};

const block = (original: Obj): Obj => ({
  ...original,
  States: Object.fromEntries(
    Object.entries(original.States as Obj).map(([name, value]) => [name, state(value as Obj)]),
  ),
});

export const asJsonata = (definition: unknown): unknown => {
  try {
    const { QueryLanguage, ...machine } = definition as Obj;
    return { ...block(machine), QueryLanguage: 'JSONata' };
  } catch (error) {
    if (error instanceof Untranslatable) return undefined;
    throw error;
  }
};
