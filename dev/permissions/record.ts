/** Real jobs under the shipped documents: what they ask for is written by each local cloud that they start. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER_VARIABLE } from './recording.ts';

const projectDir = join(import.meta.dirname, '../..');
const inFolder = (folder: string): readonly string[] =>
  readdirSync(join(projectDir, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name));

const TESTS = ['--test', '--test-concurrency=2', '--test-reporter=dot'];

const RUNS: Readonly<Record<string, () => readonly string[]>> = {
  /** Every row of the mission. */
  tour: () => ['dev/tour/main.ts'],
  /** What goes wrong, is cancelled, is cleaned up, comes and goes. */
  stories: () => [...TESTS, ...inFolder('test/stories')],
  /** What a story would take too long to meet: each restore, way into an account, lock and library run by itself. */
  parts: () => [
    ...TESTS,
    ...inFolder('test/adapters').filter((path) => readFileSync(join(projectDir, path), 'utf8').includes('startWorld')),
    'test/contract/contract.test.ts',
    'test/core/restores-on-the-local-cloud.test.ts',
    'test/threats/vault.test.ts',
    'test/deployment/failed-events.test.ts',
  ],
};

export const RUN_NAMES = Object.keys(RUNS);

/** Answers whether all of the run was as it should be; what it did is recorded either way. */
export const record = async (run: string, folder: string): Promise<boolean> => {
  const args = RUNS[run]?.();
  if (!args) throw new RangeError(`there is no run ${run}`);
  const child = spawn(process.execPath, args, {
    cwd: projectDir,
    stdio: 'inherit',
    env: { ...process.env, [FOLDER_VARIABLE]: folder },
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return code === 0;
};
