import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { NODE_VERSION } from '../access-node/version.ts';

const sources = join(import.meta.dirname, '..', 'access-node');

/**
 * Runs the Node that was taken along, or else the machine's. The settings, measured with 2 workers: V8's space for what
 * is young, 12 MiB less in the main thread, which has little garbage; glibc's, some 24 MiB less at a backup's peak: it
 * learns from the first pack that is given back to keep memory for pieces of that size, unless it is told a threshold.
 */
const LAUNCHER = `#!/bin/sh
# Starts an access node of Holdfast ${NODE_VERSION}; its settings come from the environment.
here=$(cd "$(dirname "$0")/.." && pwd)
node=$here/bin/node
[ -x "$node" ] || node=node
export MALLOC_MMAP_THRESHOLD_=4194304 MALLOC_ARENA_MAX=2
exec "$node" --max-semi-space-size=1 "$here/main.mjs"
`;

/** zod's messages in 60 languages: a third of a worker's code, of which a node speaks English alone. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ importer, path }) =>
      /\/node_modules\/zod\//.test(importer) ? { path: join(dirname(importer), dirname(path), 'en.js') } : undefined,
    );
  },
};

export interface NodePackageOptions {
  /** Emptied first. */
  readonly folder: string;
  /** Node's own program, of the nodes' processor, to be taken along. */
  readonly node?: string | undefined;
}

/**
 * Makes what an access node is deployed as: a folder that needs nothing but Node 24, started by `bin/access-node` or
 * `node main.mjs`. Nothing that is loaded is native, so it runs on every processor, unless Node is taken along.
 */
export const makeNodePackage = async ({ folder, node }: NodePackageOptions): Promise<void> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  await build({
    // The worker thread as an entry of its own: its code then stands apart from what only the main thread needs.
    entryPoints: { main: join(sources, 'main.ts'), 'worker-thread': join(sources, 'worker-thread.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ES modules where there are any: what is not used is left out.
    mainFields: ['module', 'main'],
    // Each thread keeps the text of what it has loaded. Names stay: errors and logs show them.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'linked',
    plugins: [englishOnly],
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'bin', 'access-node'), LAUNCHER, { mode: 0o755 });
  if (node !== undefined) copyFileSync(node, join(folder, 'bin', 'node'));
};

/** As `HOLDFAST_NODE_SOFTWARE` is unpacked: `tar -xz -C /opt/holdfast`. */
export const packNode = (folder: string, archive: string): void => {
  execFileSync('tar', ['-czf', archive, '-C', folder, '--owner=0', '--group=0', '.']);
};
