/**
 * `npm run supply-chain`: may everything that `npm ci` brings be used, and is it what was looked at? Exits with 1 where
 * not. With `HOLDFAST_AUDIT=required` (for a release) also where the registry tells nothing about advisories.
 * `npm run sbom [-- FILE]`: writes the bill of materials, to stdout without FILE.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import allowed from './allowed.json' with { type: 'json' };
import { audit } from './audit.ts';
import { checkLicences } from './check-licences.ts';
import { lintLockfile } from './lint-lockfile.ts';
import { readLockfile, type Verdict } from './lockfile.ts';
import { checkSbom, makeSbom } from './sbom.ts';

const projectDir = join(import.meta.dirname, '../..');
const lock = readLockfile(projectDir);
const [command, file] = process.argv.slice(2);

if (command === 'sbom') {
  const text = `${JSON.stringify(makeSbom(projectDir, lock), null, 2)}\n`;
  if (file) writeFileSync(file, text);
  else process.stdout.write(text);
} else {
  const verdicts: [string, () => Verdict][] = [
    ['lockfile', () => lintLockfile(lock, readFileSync(join(projectDir, '.npmrc'), 'utf8'), allowed)],
    ['licences', () => checkLicences(lock, allowed, projectDir)],
    ['SBOM', () => checkSbom(makeSbom(projectDir, lock), lock)],
    ['advisories', () => audit(projectDir, lock, process.env.HOLDFAST_AUDIT === 'required')],
  ];
  for (const [name, check] of verdicts) {
    const { summary, problems } = check();
    console.log(`${problems.length === 0 ? '✔' : '✖'} ${name.padEnd(10)} ${summary}`);
    for (const problem of problems) console.log(`    ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
