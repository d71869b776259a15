/** Compares with a recording, whose masked values match anything (see the README of the recordings). */

const bareWords = new Set([
  'date',
  'start-date',
  'stop-date',
  'start-time',
  'entered-time',
  'x-amzn-RequestId',
  'RequestId',
  'X-Amzn-Trace-Id',
  'snf_role_arn',
  'map_run_arn',
  'a_task_token',
  'a_message_id',
]);
/** About AWS's own endpoints and the runtime of the recorded functions, not about Step Functions. */
const ignored = new Set(['SdkHttpMetadata', 'SdkResponseMetadata', 'stackTrace', 'requestId']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const matchText = (expected: string, actual: string): boolean => {
  if (expected === actual) return true;
  const [expectedJson, actualJson] = [asJson(expected), asJson(actual)];
  if (isObject(expectedJson) && isObject(actualJson)) {
    // Compact or spaced as in AWS, whatever is masked inside.
    return /": /.test(expected) === /": /.test(actual) && difference(expectedJson, actualJson) === undefined;
  }
  const parts = expected.split(/<<[^<>]+>[^<>]*>|<(?!omitted>)[^<>]+>/);
  if (parts.length === 1) return false;
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(actual);
};

/** Where `actual` differs from `expected`, or undefined. */
export const difference = (expected: unknown, actual: unknown, at = ''): string | undefined => {
  const differs = `${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  const masked = typeof expected === 'string' && (bareWords.has(expected) || /^<(?!omitted>)[^<>]+>$/.test(expected));
  if (masked) return actual === undefined ? differs : undefined;
  if (typeof expected === 'string') {
    return typeof actual === 'string' && matchText(expected, actual) ? undefined : differs;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs;
    return expected.map((item, index) => difference(item, actual[index], `${at}[${index}]`)).find(Boolean);
  }
  if (isObject(expected)) {
    // The recording had parsed causes that are JSON objects.
    const given = typeof actual === 'string' && at.endsWith('cause') ? asJson(actual) : actual;
    if (!isObject(given)) return differs;
    const keys = new Set([...Object.keys(expected), ...Object.keys(given)]);
    return [...keys]
      .filter((key) => !ignored.has(key))
      .map((key) => difference(expected[key], given[key], `${at}/${key}`))
      .find(Boolean);
  }
  return Object.is(expected, actual) || expected === actual ? undefined : differs;
};
