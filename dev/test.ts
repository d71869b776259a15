/** `npm test [-- FILE…]`: all tests but the soak and the console's visits, or these files. */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runFiles } from './testing/run-files.ts';

const projectDir = join(import.meta.dirname, '..');
const APART = ['test/soak/**'];

/** Folders whose files share a process: small files, of one load. Each line is one process. */
const TOGETHER = [
  ['core'],
  ['local-services'],
  ['local-ec2'],
  ['api'],
  ['audit', 'docs', 'health', 'local-kernel', 'local-states', 'statemachines', 'supply-chain'],
];

/** Folders whose tests wait for a local cloud more than they compute. */
const WAITING = ['tour', 'stories', 'threats', 'simulation', 'access-node'];

const filesIn = (folders: readonly string[]): string[] =>
  folders.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { cwd: projectDir, exclude: APART }).toSorted());

const folder = join(projectDir, 'node_modules/.cache/tests');

/** A file that loads all of them. */
const oneFor = (folders: readonly string[]): string => {
  const loader = join(projectDir, 'dev/testing/together.ts');
  const files = filesIn(folders).map((file) => join(projectDir, file));
  const path = join(folder, `${folders.join('-')}.mjs`);
  writeFileSync(
    path,
    `import { together } from ${JSON.stringify(loader)};\nawait together(${JSON.stringify(files)});\n`,
  );
  return path;
};

/** Those that wait between those that compute, so that the processors have something to do from the beginning to the end. */
const mixed = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const place = (each: readonly string[]) => each.map((file, index) => ({ file, at: index / each.length }));
  return [...place(some), ...place(others)].toSorted((a, b) => a.at - b.at).map(({ file }) => file);
};

const all = (): readonly string[] => {
  mkdirSync(folder, { recursive: true });
  const sharing = new Set(filesIn(TOGETHER.flat()));
  const waiting = filesIn(WAITING);
  const rest = filesIn(['*']).filter((file) => !sharing.has(file) && !waiting.includes(file));
  return mixed(waiting, [...TOGETHER.map(oneFor), ...rest]);
};

const chosen = process.argv.slice(2);
const passed = await runFiles({
  files: chosen.length > 0 ? chosen.map((file) => resolve(file)) : all(),
  cwd: projectDir,
  concurrency: 3,
  timeout: 900_000,
  preload: join(projectDir, 'test/watchdog.ts'),
});
process.exitCode = passed ? 0 : 1;
