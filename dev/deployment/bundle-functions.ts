import { basename } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Deployment } from './read-serverless.ts';

/**
 * Bundles the handlers with the options that a deployment bundles them with, but with shared chunks: two dozen copies
 * of the same SDK take seconds to write and to load.
 */
export const bundleFunctions = async (
  { functions, custom }: Deployment,
  projectDir: string,
  outdir: string,
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
