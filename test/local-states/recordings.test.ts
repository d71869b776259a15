import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asJsonata } from './jsonpath-as-jsonata.ts';
import { hasOldMapExit, loadCases, type RecordedCase, recordings, replay } from './replay-recording.ts';

/** Cases that this interpreter does not run as recorded, and why. At most five. */
const unsupported: Readonly<Record<string, string>> = {};

/** JSONPath cases whose outcome depends on JSONPath itself, not on what they are about. */
const aboutJsonPath: Readonly<Record<string, string>> = {
  'jsonpath/invalid-jsonpath-st-invalid-jsonpath-in-heartbeatsecondspath':
    'calls s3:listBuckets, which no task can here',
  'jsonpath/invalid-jsonpath-st-invalid-jsonpath-in-timeoutsecondspath': 'calls s3:listBuckets, which no task can here',
  'jsonpath-assign/reference-in-map-state-map-state-reference-in-max-concurrency-path': 'takes "1" for a number',
  'jsonpath-assign/reference-in-map-state-max-items-path-map-state-reference-in-max-items-path':
    'takes "2" for a number',
  'jsonpath-assign/reference-in-map-state-max-items-path-map-state-reference-in-max-per-batch-path':
    'takes "2" for a number',
  'jsonpath-timeouts/service-lambda-map-timeout':
    'compared as a set below: AWS takes two steps of an iteration at once',
};

const skip = recordings ? false : 'not run: no recordings (set HOLDFAST_ASL_RECORDINGS to their folder)';

const replayAll = async (cases: readonly RecordedCase[]): Promise<string[]> => {
  const failed: string[] = [];
  for (const recorded of cases) {
    const found = await replay(recorded).catch((error: unknown) => String((error as Error).stack));
    if (found) failed.push(`${recorded.name}: ${found}`);
  }
  return failed;
};

test("every JSONata and language-neutral execution runs as AWS's own recordings say", { skip }, async (t) => {
  const all = loadCases(recordings ?? '', (group) => !group.startsWith('jsonpath') && group !== 'mixed').filter(
    ({ queryLanguage }) => queryLanguage === 'JSONata' || queryLanguage === 'neutral',
  );
  assert.ok(all.length > 100, `only ${all.length} cases found`);
  assert.ok(Object.keys(unsupported).length <= 5);
  const cases = all.filter(({ name }) => !(name in unsupported));
  const failed = await replayAll(cases);
  const listed = Object.entries(unsupported).map(([name, reason]) => `${name} (${reason})`);
  t.diagnostic(`${cases.length - failed.length} of ${all.length} recorded cases hold`);
  t.diagnostic(`unsupported: ${listed.join(', ') || 'none'}`);
  t.diagnostic(`held but for where MapStateExited pointed before November 2024: ${all.filter(hasOldMapExit).length}`);
  assert.deepEqual(failed, []);
});

test('executions recorded in JSONPath run alike where they can be written in JSONata', { skip }, async (t) => {
  const all = loadCases(recordings ?? '', (group) => group.startsWith('jsonpath'));
  const cases = all.flatMap((recorded): RecordedCase[] => {
    if (recorded.name in aboutJsonPath || recorded.expected.rejection) return [];
    const definition = asJsonata(recorded.definition);
    const targets = Object.entries(recorded.stateMachines ?? {}).map(([symbol, target]) => [
      symbol,
      target === null ? null : asJsonata(target),
    ]);
    if (definition === undefined || targets.some(([, target]) => target === undefined)) return [];
    // With several iterations under way AWS enters and schedules each in one step; here they take turns.
    const interleaved = recorded.name === 'jsonpath-timeouts/service-lambda-map-timeout';
    const expected = interleaved ? { ...recorded.expected, eventsNormalised: true } : recorded.expected;
    return [{ ...recorded, definition, expected, stateMachines: Object.fromEntries(targets) }];
  });
  assert.ok(cases.length > 100, `only ${cases.length} cases could be written in JSONata`);
  const failed = await replayAll(cases);
  t.diagnostic(
    `${cases.length - failed.length} of ${cases.length} translated cases hold (of ${all.length} in JSONPath)`,
  );
  t.diagnostic(
    `left out: ${Object.entries(aboutJsonPath)
      .map(([name, reason]) => `${name} (${reason})`)
      .join(', ')}`,
  );
  assert.deepEqual(failed, []);
});
