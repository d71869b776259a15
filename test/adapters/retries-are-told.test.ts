import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { historyOf } from '../../adapters/aws/sfn-history.ts';

const at = (seconds: number): Date => new Date(1_000_000 + seconds * 1_000);
const failure = (errorMessage: string) => JSON.stringify({ errorType: 'TransientFailure', errorMessage });

/** One state whose task fails `times` times before it succeeds. */
const history = (times: number, message = (n: number): string => `EBS did not answer (${n})`): HistoryEvent[] => {
  let id = 1;
  const event = (type: HistoryEvent['type'], more: Partial<HistoryEvent> = {}): HistoryEvent => {
    id += 1;
    return { id, previousEventId: id - 1, type, timestamp: at(id), ...more };
  };
  const input = JSON.stringify({ jobId: 'job-1', taskToken: 'CANARY' });
  return [
    { id: 1, type: 'ExecutionStarted', timestamp: at(0), executionStartedEventDetails: { input } },
    event('TaskStateEntered', { stateEnteredEventDetails: { name: 'Plan', input } }),
    event('TaskScheduled'),
    ...Array.from({ length: times }, (_, n) => [
      event('TaskFailed', {
        taskFailedEventDetails: { error: 'TransientFailure', cause: failure(message(n)) } as never,
      }),
      event('TaskScheduled'),
    ]).flat(),
    event('TaskSucceeded'),
    event('TaskStateExited', { stateExitedEventDetails: { name: 'Plan', output: '{"done":true}' } }),
    event('ExecutionSucceeded'),
  ];
};

test('how often a state was tried is told, and why again', () => {
  const [state] = historyOf(history(2)).states;
  assert.equal(state?.tries, 3);
  assert.deepEqual(state?.retries, [
    { at: at(4).getTime(), name: 'TransientFailure', cause: 'EBS did not answer (0)' },
    { at: at(6).getTime(), name: 'TransientFailure', cause: 'EBS did not answer (1)' },
  ]);
  assert.equal(state?.error, undefined, 'it went well in the end');
  const [once] = historyOf(history(0)).states;
  assert.deepEqual([once?.tries, once?.retries], [undefined, undefined]);
});

test('of many retries the last ten are told, without tokens that they quote', () => {
  const token = 'AQCcAAAAKgAAAAMA'.repeat(12);
  const [state] = historyOf(history(200, (n) => `${n}: ${token}`)).states;
  assert.deepEqual([state?.tries, state?.retries?.length], [201, 10]);
  assert.equal(state?.retries?.at(-1)?.cause, '199: [redacted]');
});

test('nothing of inputs and outputs is told unasked, and no more than there is room for', () => {
  const [unasked] = historyOf(history(1)).states;
  assert.deepEqual([unasked?.input, unasked?.output], [undefined, undefined]);
  const show = { state: 'Plan', characters: 1_000 };
  const [state] = historyOf(history(1), show).states;
  assert.deepEqual(JSON.parse(state?.input?.text ?? ''), { jobId: 'job-1', taskToken: '(not shown)' });
  assert.deepEqual(JSON.parse(state?.output?.text ?? ''), { done: true });
  assert.equal(show.characters, 1_000 - (state?.input?.text.length ?? 0) - (state?.output?.text.length ?? 0));
  const [full] = historyOf(history(1), { state: 'Plan', characters: 0 }).states;
  assert.deepEqual(full?.input, { text: '', cut: true });
  const [other] = historyOf(history(1), { state: 'Else', characters: 1_000 }).states;
  assert.equal(other?.input, undefined);
});
