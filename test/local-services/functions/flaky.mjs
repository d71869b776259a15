import { appendFileSync, readFileSync } from 'node:fs';

/** Writes down each attempt and fails until there are as many as the event asks for. */
export const handler = async ({ file, succeedAt }, { awsRequestId }) => {
  appendFileSync(file, `${awsRequestId}\n`);
  const attempts = readFileSync(file, 'utf8').trim().split('\n').length;
  if (attempts < succeedAt) throw new Error(`attempt ${attempts}`);
};
