import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { isOfTemplate, type Mutation, mutatedText } from './mutation.ts';
import type { Deployment } from './read-serverless.ts';

const mutate = (projectDir: string, mutations: readonly Mutation[]): Plugin => ({
  name: 'mutate',
  setup({ onLoad }) {
    for (const file of new Set(mutations.map((mutation) => mutation.file))) {
      const path = join(projectDir, file);
      const contents = mutatedText(projectDir, file, mutations);
      onLoad({ filter: new RegExp(`${path.replace(/[^\w/]/g, '\\$&')}$`) }, () => ({
        contents,
        loader: file.endsWith('.json') ? 'json' : 'ts',
      }));
    }
  },
});

/**
 * Bundles the handlers with the options that a deployment bundles them with, but with shared chunks: two dozen copies
 * of the same SDK take seconds to write and to load.
 */
export const bundleFunctions = async (
  { functions, custom }: Pick<Deployment, 'functions' | 'custom'>,
  projectDir: string,
  outdir: string,
  mutations: readonly Mutation[] = [],
): Promise<void> => {
  const ofSources = mutations.filter((mutation) => !isOfTemplate(mutation));
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
    ...(ofSources.length > 0 ? { plugins: [mutate(projectDir, ofSources)] } : {}),
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
