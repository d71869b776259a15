import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type Zippable, zipSync } from 'fflate';
import { NODE_VERSION } from '../access-node/version.ts';

const project = join(import.meta.dirname, '..');
const sources = join(project, 'access-node');

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
  readonly system: 'linux' | 'windows';
  /** Node's own program, of the nodes' system and processor, to be taken along. */
  readonly node?: string | undefined;
  /** The wrapper that Windows services need, to be taken along for nodes that install themselves. */
  readonly winsw?: string | undefined;
}

/** Throws what is not the one that install.ps1 takes. */
const checkedWrapper = (file: string): Buffer => {
  const { name, version, sha256 } = JSON.parse(readFileSync(join(sources, 'package/windows/winsw.json'), 'utf8'));
  const bytes = readFileSync(file);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256)
    throw new Error(`${file} has the SHA-256 ${found}; that of ${name} ${version} is ${sha256} (winsw.json)`);
  return bytes;
};

/**
 * Makes what an access node is deployed as: a folder that needs nothing but Node 24. `bin/holdfast-node` runs it, and
 * `install.sh` or `install.ps1` makes a service of it. Nothing that is loaded is native, so it runs on every processor,
 * unless Node is taken along.
 */
export const makeNodePackage = async ({ folder, system, node, winsw }: NodePackageOptions): Promise<void> => {
  const wrapper = winsw === undefined ? undefined : checkedWrapper(winsw);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'service'));
  await build({
    // The worker thread as an entry of its own: its code then stands apart from what only the main thread needs. The
    // command as well: a node that runs does not load it.
    entryPoints: Object.fromEntries(
      ['main', 'worker-thread', 'command'].map((name) => [name, join(sources, `${name}.ts`)]),
    ),
    outdir: join(folder, 'lib'),
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
    // Of CommonJS among what is bundled.
    banner: { js: "import{createRequire as _cr}from'node:module';const require=_cr(import.meta.url);" },
    plugins: [englishOnly],
    logLevel: 'warning',
  });
  const files = join(sources, 'package', system);
  for (const name of readdirSync(files)) {
    const to = /^install\./.test(name) ? name : join(/^holdfast-node(\.cmd)?$/.test(name) ? 'bin' : 'service', name);
    const text = readFileSync(join(files, name), 'utf8');
    // Older cmd.exe loses its place in files without carriage returns.
    writeFileSync(join(folder, to), system === 'windows' ? text.replaceAll('\n', '\r\n') : text);
    chmodSync(join(folder, to), statSync(join(files, name)).mode & 0o111 ? 0o755 : 0o644);
  }
  cpSync(join(project, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'VERSION'), `${NODE_VERSION}\n`);
  if (wrapper) writeFileSync(join(folder, 'WinSW-x64.exe'), wrapper);
  if (node !== undefined) {
    const program = join(folder, 'bin', system === 'windows' ? 'node.exe' : 'node');
    cpSync(node, program, { dereference: true });
    chmodSync(program, 0o755);
    // Beside bin/, as nodejs.org and npm's packages have it: it goes where the program goes.
    const licence = join(dirname(dirname(node)), 'LICENSE');
    if (existsSync(licence)) cpSync(licence, join(folder, 'bin', 'node.LICENSE'));
  }
};

/** Of all files; two builds of the same sources are then the same bytes. */
const MADE_AT = new Date('2000-01-01T12:00:00Z');

const packTar = (folder: string, archive: string): void => {
  const same = ['--sort=name', `--mtime=@${MADE_AT.getTime() / 1_000}`, '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', ['-I', 'gzip -9n', '-cf', archive, ...same, '-C', folder, '.']);
};

const packZip = (folder: string, archive: string): void => {
  const files: Zippable = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path).split(sep).join('/')] = readFileSync(path);
  }
  writeFileSync(archive, zipSync(files, { level: 9, mtime: MADE_AT }));
};

/** What is in the folder, without a folder around it: user data unpacks it to /opt/holdfast-node and runs ./install.sh. */
export const packNode = (folder: string, archive: string): void =>
  archive.endsWith('.zip') ? packZip(folder, archive) : packTar(folder, archive);
