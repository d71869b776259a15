import { enableCompileCache, registerHooks, stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Mutation, mutatedText } from '../deployment/mutation.ts';

/**
 * How this process loads the product's sources: without a look at the disk for each import, kept compiled from one
 * process to the next, and with some changed, if a test takes a rule out. To be called before anything of it is imported.
 */
export const loadSources = (projectDir: string, mutations: readonly Mutation[] = []): void => {
  enableCompileCache(join(projectDir, 'node_modules', '.cache', 'holdfast-simulation'));
  const root = pathToFileURL(`${projectDir}/`).href;
  const changed = new Set(mutations.map(({ file }) => `${root}${file}`));
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = '' } = context;
      if (!parentURL.startsWith(root) || !specifier.startsWith('.') || !specifier.endsWith('.ts'))
        return next(specifier, context);
      return { url: new URL(specifier, parentURL).href, format: 'module-typescript', shortCircuit: true };
    },
    load(url, context, next) {
      // What is loaded as it is, Node keeps compiled, without its types.
      if (!changed.has(url) || !url.endsWith('.ts')) return next(url, context);
      const file = relative(projectDir, fileURLToPath(url)).replaceAll('\\', '/');
      return {
        format: 'module',
        source: stripTypeScriptTypes(mutatedText(projectDir, file, mutations)),
        shortCircuit: true,
      };
    },
  });
};
