import { globSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import { type BuildOptions, buildSync, transformSync } from 'esbuild';
import { type Mutation, mutatedText } from '../deployment/mutation.ts';

type Exports = Record<string, unknown>;
type Require = (specifier: string) => unknown;

interface Compiled {
  readonly run: (exports: Exports, require: Require, module: { exports: Exports }) => void;
  readonly needs: readonly string[];
}

/** A function's modules, ready to be run: each time anew, in no time. */
export type ColdStart = () => Exports;

export interface FunctionCode {
  /** `path` is a function's own source. Throws what its imports throw. */
  prepare(path: string): Promise<ColdStart>;
}

const FORMAT = { format: 'cjs', platform: 'node', target: 'node24' } as const satisfies BuildOptions;
const FOLDER = 'functions';
const REQUIRED = /\brequire\("([^"]+)"\)/g;

/**
 * A function's modules are those below `functions/`: each cold start has its own, with its own clients and state, and runs
 * them from their first line. They are compiled once a process; that alone was a third of a run. What they import
 * from elsewhere keeps nothing, and is shared.
 */
export const createFunctionCode = (projectDir: string, mutations: readonly Mutation[]): FunctionCode => {
  const compiled = new Map<string, Compiled>();
  const shared = new Map<string, unknown>();
  const prepared = new Map<string, Promise<ColdStart>>();
  const folder = `${join(projectDir, FOLDER)}/`;

  const compile = (path: string, code: string): void => {
    const run = compileFunction(code, ['exports', 'require', 'module'], {
      filename: path,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as Compiled['run'];
    compiled.set(path, { run, needs: [...code.matchAll(REQUIRED)].map((match) => match[1] as string) });
  };
  const compileAll = (): void => {
    const entryPoints = globSync(`${FOLDER}/**/*.ts`, { cwd: projectDir }).map((file) => join(projectDir, file));
    const { outputFiles } = buildSync({
      ...FORMAT,
      entryPoints,
      write: false,
      outdir: projectDir,
      outbase: projectDir,
    });
    for (const { path, text } of outputFiles) compile(path.replace(/\.js$/, '.ts'), text);
    for (const file of new Set(mutations.map((mutation) => mutation.file)))
      if (file.startsWith(`${FOLDER}/`)) {
        const text = mutatedText(projectDir, file, mutations);
        compile(join(projectDir, file), transformSync(text, { ...FORMAT, loader: 'ts' }).code);
      }
  };

  const pathOf = (from: string, specifier: string): string =>
    specifier.startsWith('.') ? resolve(dirname(from), specifier) : specifier;
  const load = async (path: string): Promise<unknown> => {
    if (path.endsWith('.json')) return JSON.parse(mutatedText(projectDir, relative(projectDir, path), mutations));
    return await import(path.startsWith('/') ? pathToFileURL(path).href : path);
  };
  /** Everything that is not a function's own is there before any of it runs. */
  const gather = async (path: string, seen: Set<string>): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const code = compiled.get(path);
    if (!code) throw new Error(`${path} is no function's source`);
    for (const specifier of code.needs) {
      const needed = pathOf(path, specifier);
      if (needed.startsWith(folder)) await gather(needed, seen);
      else if (!shared.has(needed)) shared.set(needed, await load(needed));
    }
  };
  const start = (entry: string): Exports => {
    const modules = new Map<string, { exports: Exports }>();
    const run = (path: string): Exports => {
      const known = modules.get(path);
      if (known) return known.exports;
      const module = { exports: {} };
      modules.set(path, module);
      const require: Require = (specifier) => {
        const needed = pathOf(path, specifier);
        return needed.startsWith(folder) ? run(needed) : shared.get(needed);
      };
      (compiled.get(path) as Compiled).run(module.exports, require, module);
      return module.exports;
    };
    return run(entry);
  };
  return {
    prepare(path) {
      const prepare = async (): Promise<ColdStart> => {
        if (compiled.size === 0) compileAll();
        await gather(path, new Set());
        return () => start(path);
      };
      const promise = prepared.get(path) ?? prepare();
      prepared.set(path, promise);
      return promise;
    },
  };
};
