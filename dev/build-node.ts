/** `npm run build:node`: what an access node is deployed as, a folder and a .tar.gz of it. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { makeNodePackage, packNode } from './node-package.ts';

const { out, node } = new Command('npm run build:node --')
  .description('Makes the package of an access node: a folder, and the .tar.gz of it that automatic nodes fetch.')
  .option('--out <folder>', 'where it goes', join(import.meta.dirname, '../dist/access-node'))
  .option('--node <file>', 'takes this Node program along: of the nodes’ processor, where their image has no Node 24')
  .parse()
  .opts<{ out: string; node?: string }>();

const folder = resolve(out);
await makeNodePackage({ folder, node });
const archive = `${folder}.tar.gz`;
packNode(folder, archive);
console.log(`${folder}\n${archive} (${(statSync(archive).size / 1_048_576).toFixed(1)} MiB)`);
