/** Runs command after command in one process, for tests of many: argument lists come in as JSON, results go out as JSON. */
import { json } from 'node:stream/consumers';
import { run } from '../../cli/program.ts';

const lists = (await json(process.stdin)) as string[][];
const write = process.stdout.write.bind(process.stdout);
const results: { code: number; out: string; err: string }[] = [];
let out = '';
let err = '';
process.stdout.write = (chunk: string | Uint8Array) => {
  out += chunk;
  return true;
};
process.stderr.write = (chunk: string | Uint8Array) => {
  err += chunk;
  return true;
};
for (const args of lists) {
  out = '';
  err = '';
  const code = await run(args);
  results.push({ code, out, err });
}
write(JSON.stringify(results));
