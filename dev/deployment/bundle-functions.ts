import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import type { Deployment } from './read-serverless.ts';

/** A change to one source file as it is bundled: how a test takes a rule out, to see what notices that it is gone. */
export interface Mutation {
  /** From the project's root. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** Throws if a mutation changes nothing: then it would prove nothing. */
const mutate = (projectDir: string, mutations: readonly Mutation[]): Plugin => ({
  name: 'mutate',
  setup({ onLoad }) {
    for (const file of new Set(mutations.map((mutation) => mutation.file))) {
      const path = join(projectDir, file);
      const contents = mutations
        .filter((mutation) => mutation.file === file)
        .reduce(
          (text, { find, replace }) => {
            if (text.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
            return text.replace(find, () => replace);
          },
          readFileSync(path, 'utf8'),
        );
      onLoad({ filter: new RegExp(`${path.replace(/[^\\w/]/g, '\\$&')}$`) }, () => ({ contents, loader: 'ts' }));
    }
  },
});

/**
 * Bundles the handlers with the options that a deployment bundles them with, but with shared chunks: two dozen copies
 * of the same SDK take seconds to write and to load.
 */
export const bundleFunctions = async (
  { functions, custom }: Deployment,
  projectDir: string,
  outdir: string,
  mutations: readonly Mutation[] = [],
): Promise<void> => {
  const { outputFileExtension, ...options } = custom.esbuild as unknown as BuildOptions & {
    outputFileExtension: string;
  };
  await build({
    ...options,
    absWorkingDir: projectDir,
    entryPoints: [...new Set(Object.values(functions).map(({ handler }) => handler.replace(/\.\w+$/, '.ts')))],
    outdir,
    outbase: 'functions',
    splitting: true,
    outExtension: { '.js': outputFileExtension },
    logLevel: 'error',
    ...(mutations.length > 0 ? { plugins: [mutate(projectDir, mutations)] } : {}),
  });
};

/** Where `bundleFunctions` put a handler, and the name of its export. */
export const bundledHandler = (
  handler: string,
  outdir: string,
): { readonly codePath: string; readonly handlerExport: string } => {
  const [file, handlerExport] = splitLast(handler);
  return { codePath: `${outdir}/${basename(file)}.mjs`, handlerExport };
};

const splitLast = (handler: string): [string, string] => {
  const dot = handler.lastIndexOf('.');
  return [handler.slice(0, dot), handler.slice(dot + 1)];
};
