import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pc from 'picocolors';
import { printable } from '../../cli/printable.ts';
import { acme, job, jobInstance } from '../api/world-records.ts';
import { startApiServer } from './api-server.ts';
import { cliAgainst } from './run-cli.ts';

test('sequences that steer a terminal are taken out, other control characters and bidi overrides are shown as such', () => {
  const plain = (text: string) => printable(text, { colored: false });
  assert.equal(plain('web\u001b[2J\u001b[1;1Howned'), 'webowned');
  assert.equal(plain('\u001b]0;title\u0007web\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\'), 'weblink');
  assert.equal(plain('a\rb\bc\u0000d\u009b31me'), 'a\ufffdb\ufffdc\ufffdde');
  assert.equal(plain('invoice\u202efdp.exe \u2066x\u2069'), 'invoice\ufffdfdp.exe \ufffdx\ufffd');
  assert.equal(plain('größer 日本 🙂\ta\nb'), 'größer 日本 🙂\ta\nb');
});

test('what the screen paints with stays, and only where it paints', () => {
  const { red, green, yellow, cyan, dim, bold } = pc.createColors(true);
  for (const paint of [red, green, yellow, cyan, dim, bold]) {
    const painted = paint('failed');
    assert.equal(printable(painted, { colored: true }), painted);
    assert.equal(printable(painted, { colored: false }), 'failed');
  }
  assert.equal(printable('\u001b[8mhidden\u001b[41m\u001b[?25l', { colored: true }), 'hidden');
});

test('whatever comes in, no control character but tab and line feed goes out', () => {
  const unit = fc.constantFrom('\u001b', '[', ']', '0', '3', '1', 'm', ';', '\u009b', '\u0007', '\r', '\u202e', 'x');
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const out = printable(text, { colored: false });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      return !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(out);
    }),
  );
});

test('a job whose error was written by a hostile guest cannot steer the terminal; --json has it whole, escaped', async (t) => {
  const api = await startApiServer(t);
  const message = 'the script said \u001b]0;owned\u0007\u001b[2K\u202e\u009bdone';
  const failed = job(1, acme, { state: 'failed' });
  api.world.records.jobs.set(failed.jobId, failed);
  api.world.records.instances.push(
    jobInstance(failed, { phase: 'failed', error: { name: 'SnapshotFailed', message } }),
  );
  const cli = cliAgainst(api);
  const shown = await cli(['job', 'show', failed.jobId]);
  assert.match(shown.out, /the script said /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;
  assert.doesNotMatch(shown.out, raw);
  const json = await cli(['job', 'show', failed.jobId, '--json']);
  assert.equal(JSON.parse(json.out).instances[0].error.message, message);
  assert.doesNotMatch(json.out, raw);
});
