import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface NodeProgram {
  readonly system: 'linux' | 'windows';
  readonly processor: 'x64' | 'arm64';
  /** Where it is unpacked. */
  readonly folder: string;
}

/**
 * Fetches the Node that this project is tested with for another system, by npm, which checks what it fetches against the
 * registry's own digest. Answers with its file.
 */
export const fetchNodeProgram = ({ system, processor, folder }: NodeProgram): string => {
  const { devDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  const name = `node-${system === 'windows' ? 'win' : 'linux'}-${processor}`;
  const into = join(folder, name);
  mkdirSync(into);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', into, `${name}@${devDependencies.node}`]);
  const [archive] = readdirSync(into);
  if (archive === undefined) throw new Error(`npm has fetched no ${name}`);
  execFileSync('tar', ['-xzf', join(into, archive), '-C', into]);
  return join(into, 'package', 'bin', system === 'windows' ? 'node.exe' : 'node');
};
