import { appendFileSync, readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

let calls = 0;

export const echo = async (event, context) => ({
  event,
  calls: ++calls,
  threadId,
  context: { ...context, remaining: context.getRemainingTimeInMillis() },
});

export const environment = async () => ({ ...process.env });

class SnapshotQuotaExceeded extends Error {
  name = 'SnapshotQuotaExceeded';
}

export const fail = async () => {
  throw new SnapshotQuotaExceeded('too many snapshots');
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends only when as many as `count` are there at the same time. */
export const meet = async ({ file, count }) => {
  appendFileSync(file, 'here\n');
  while (readFileSync(file, 'utf8').split('\n').length <= count) await pause(5);
};

export const period = async ({ ms }) => {
  const start = performance.timeOrigin + performance.now();
  await pause(ms);
  return { start, end: performance.timeOrigin + performance.now() };
};

export const spin = async () => {
  for (;;);
};

export const exit = async () => process.exit(3);

export const reject = async () => {
  Promise.reject(new Error('nobody waits for me'));
  await new Promise((resolve) => setTimeout(resolve, 1000));
};

export const hoard = async () => {
  const hoard = [];
  for (;;) hoard.push(new Array(100_000).fill(Math.random()));
};

export const log = async () => {
  console.log('a line for the log');
  return null;
};

export const nothing = async () => undefined;
