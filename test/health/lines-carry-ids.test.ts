import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { inAnswerToo, inExecutionInput, logged } from '../../functions/wiring/logged.ts';

const CANARY = 'canary-secret';
const ids = { jobId: 'job-1', attempt: 2, tenantId: 'hv-1', instanceId: 'i-1' };

/** What a function writes to its log while it works. */
const linesOf = async (work: () => Promise<unknown>): Promise<Record<string, unknown>[]> => {
  const lines: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const { info, error, trace } = console;
  const own = new Console(stdout, stdout);
  // the logger takes the console as it is when POWERTOOLS_DEV is set, and gives it a `trace` of its own
  Object.assign(console, { info: own.info, error: own.error });
  process.env.POWERTOOLS_DEV = 'true';
  try {
    await work();
  } finally {
    Object.assign(console, { info, error, trace });
    delete process.env.POWERTOOLS_DEV;
  }
  return lines
    .join('')
    .split(/\n(?=\{)/)
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
};
const shown = ({ message, jobId, attempt, tenantId, instanceId, orderId }: Record<string, unknown>) => ({
  ...{ message, jobId, attempt, tenantId, instanceId, orderId },
});

test('a step that is done, and one that fails, says so in one line with job, attempt, tenant and instance, and no more of its input', async () => {
  const lines = await linesOf(async () => {
    await logged('step', async () => ({}))({ ...ids, secret: CANARY });
    const fails = logged('step', async () => {
      throw new Error('no');
    });
    await assert.rejects(fails({ ...ids, secret: CANARY }));
  });
  assert.deepEqual(
    lines.map(shown),
    ['done', 'failed'].map((message) => ({ message, ...ids, orderId: undefined })),
  );
  assert.doesNotMatch(JSON.stringify(lines), /canary/);
});

test('what starts a cleanup is about the job whose execution ended', async () => {
  const input = JSON.stringify({ ...ids, trigger: 'api' });
  const lines = await linesOf(async () => {
    const handler = logged('start-clean-up', async () => ({ started: true }), inExecutionInput);
    await handler({ detail: { status: 'FAILED', input } });
    await handler({ detail: { status: 'FAILED', input: 'no JSON' } });
    await handler('nothing');
  });
  assert.deepEqual(
    lines.map(({ jobId, tenantId }) => [jobId, tenantId]),
    [['job-1', 'hv-1'], ...[1, 2].map(() => [undefined, undefined])],
  );
});

test('the broker’s line of a claim names whose order it gave to which node, and nothing of the credentials', async () => {
  const answer = {
    ...{ outcome: 'yours', jobId: 'job-1', attempt: 2, instanceId: 'i-1', credentials: { secretAccessKey: CANARY } },
    libraryAccess: { tenantId: 'hv-1', recoveryPublicKey: CANARY },
  };
  const [line] = await linesOf(() =>
    logged('broker', async () => answer, inAnswerToo)({ operation: 'claimOrder', orderId: 'ord-1', nodeId: 'node-1' }),
  );
  assert.deepEqual(shown(line ?? {}), { message: 'done', ...ids, orderId: 'ord-1' });
  assert.equal(line?.nodeId, 'node-1');
  assert.doesNotMatch(JSON.stringify(line), /canary/);
});
