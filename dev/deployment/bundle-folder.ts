import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions } from './bundle-functions.ts';
import type { Mutation } from './mutation.ts';
import type { Deployment } from './read-serverless.ts';

/** Nothing that is bundled comes from here. */
const NOT_SOURCES = new Set(['node_modules', 'test', 'docs', 'bench', 'dist', 'coverage']);
const WEEK = 7 * 86_400_000;

const sourcesOf = (projectDir: string): string[] =>
  readdirSync(projectDir, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !NOT_SOURCES.has(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(join(projectDir, entry.name), { recursive: true, encoding: 'utf8' }).map((file) =>
            join(entry.name, file),
          )
        : [entry.name],
    )
    .filter((file) => /\.(ts|mjs|json|ya?ml)$/.test(file))
    .sort();

const keyOf = (projectDir: string, mutations: readonly Mutation[]): string => {
  const hash = createHash('sha256').update(JSON.stringify(mutations));
  for (const file of sourcesOf(projectDir)) hash.update(`\0${file}\0`).update(readFileSync(join(projectDir, file)));
  return hash.digest('hex').slice(0, 32);
};

const removeUnused = (cache: string): void => {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    if (Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) > WEEK)
      rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * The folder with the bundled functions, made unless these very sources were bundled before. Local clouds share it, and
 * with it the code that V8 compiled: what a cold start spends most of its time on.
 */
export const bundleFolder = async (
  deployment: Deployment,
  projectDir: string,
  mutations: readonly Mutation[],
): Promise<string> => {
  const cache = join(projectDir, 'node_modules', '.cache', 'holdfast-functions');
  const folder = join(cache, keyOf(projectDir, mutations));
  mkdirSync(cache, { recursive: true });
  if (!existsSync(folder)) {
    removeUnused(cache);
    // Written aside and renamed: other clouds of this machine look for it at the same time.
    const aside = mkdtempSync(join(cache, 'new-'));
    await bundleFunctions(deployment, projectDir, aside, mutations);
    try {
      renameSync(aside, folder);
    } catch (error) {
      rmSync(aside, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  utimesSync(folder, new Date(), new Date());
  return folder;
};
