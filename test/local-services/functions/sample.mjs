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

export const sleep = async ({ ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'slept';
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
