import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { shownData } from '../../core/domain/shown-data.ts';

const samples = new URL('../../events/', import.meta.url);
const machines = new URL('../../statemachines/', import.meta.url);

/** Of steps that a job's machines run: their inputs are what the states of a job are given. */
const stepSamples = (): readonly (readonly [string, unknown])[] => {
  const functions = new Set(
    ['backup', 'backup-copy', 'restore', 'snapshot', 'snapshots', 'transfer'].flatMap((name) =>
      [
        ...JSON.stringify(parse(readFileSync(new URL(`${name}.asl.yaml`, machines), 'utf8'), { merge: true })).matchAll(
          /#\{(\w+)LambdaFunction\.Arn\}/g,
        ),
      ].map(([, step = '']) => step.replace(/\B[A-Z]/g, '-$&').toLowerCase()),
    ),
  );
  return readdirSync(samples)
    .filter((file) => functions.has(file.replace(/^step-|\.json$/g, '')))
    .map((file) => [file, JSON.parse(readFileSync(new URL(file, samples), 'utf8'))]);
};

/** Causes are JSON in a text, and shown as what they are. */
const opened = (sample: unknown): unknown =>
  JSON.parse(JSON.stringify(sample), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value,
  );

test('what a job’s steps are given is shown as it is', (t) => {
  const all = stepSamples();
  for (const [file, sample] of all)
    assert.deepEqual(JSON.parse(shownData(JSON.stringify(sample)).text), opened(sample), file);
  t.diagnostic(`${all.length} steps`);
  assert.ok(all.length >= 20, `${all.length} samples`);
});

/** As AWS's are: some hundred bytes in base64. */
const token = () => `AQCcAAAAKgAAAAMAAAAA${randomBytes(420).toString('base64')}`;

test('a token is not shown, whatever it is called and wherever it is', () => {
  const secret = token();
  const accessKey = 'ASIAIOSFODNN7EXAMPLE';
  const short = 'CANARY-0b7e';
  const everywhere: readonly unknown[] = [
    { taskToken: secret },
    { taskToken: short },
    { MessageBody: { orderId: 'ord-1', taskToken: short } },
    { MessageBody: JSON.stringify({ taskToken: short }) },
    { instanceId: secret },
    { resultsPrefix: `work/${secret}` },
    { plan: short, [secret]: 1 },
    { Cause: `it was called with ${secret}` },
    { Cause: JSON.stringify({ Input: JSON.stringify({ taskToken: short, deeper: { token: short } }) }) },
    { Cause: JSON.stringify({ Input: JSON.stringify({ instanceId: secret }) }) },
    { Cause: JSON.stringify({ taskToken: short, instanceId: 'i-1' }).slice(0, -4) },
    { Cause: `Failed with input: ${JSON.stringify({ Token: short })}` },
    { Cause: JSON.stringify({ errorMessage: `it was called with ${JSON.stringify({ deeper: { token: short } })}` }) },
    { Input: `: ${JSON.stringify({ Input: JSON.stringify({ deeper: short }) })}` },
    { Input: `"${JSON.stringify({ x: { y: short } }).replaceAll('"', '\\"')}"` },
    { Cause: `x { "Payload" : { "value": "${short}" } }` },
    { error: { Error: 'X', Cause: `Credential=${accessKey}/20260101` } },
    { output: short },
    { SecretAccessKey: short, SessionToken: short, credentials: { accessKeyId: accessKey } },
    [secret, [secret]],
    { snapshotIds: [secret, { value: short }] },
    secret,
    short,
    { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: { k: secret } } } } } } } } } } },
  ];
  for (const value of everywhere) {
    const { text } = shownData(JSON.stringify(value));
    for (const part of [short, accessKey, ...(secret.match(/.{20}/g) ?? [])])
      assert.ok(!text.includes(part), `${JSON.stringify(value).slice(0, 80)}: ${text.slice(0, 200)}`);
  }
  const words = 'the tenant’s policy {s3:Get*} does not allow "s3:GetObject"';
  assert.deepEqual(JSON.parse(shownData(JSON.stringify({ Cause: words })).text), { Cause: words }, 'words are shown');
  // cut by Step Functions in the middle of it
  assert.equal(shownData(`{"instanceId":"i-1","taskToken":"${short}`).text, '(not shown)');
});

test('names of objects in the work area are shown; what is long is cut, and says so', () => {
  const key = `work/job-${'0'.repeat(32)}/1/i-0123456789abcdef0/rp-${'a'.repeat(32)}/orders/ord-${'b'.repeat(32)}.json`;
  assert.ok(shownData(JSON.stringify({ segmentsKey: key })).text.includes(key));
  const volumeIds = Array.from({ length: 5_000 }, (_, n) => `vol-${String(n).padStart(17, '0')}`);
  const { text, cut } = shownData(JSON.stringify({ volumeIds }));
  assert.deepEqual([cut, text.length], [true, 16_000]);
  assert.equal(shownData('{"done":true}').cut, undefined);
});
