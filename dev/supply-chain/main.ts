/**
 * `npm run supply-chain`: may everything that `npm ci` brings be used, and is it what was looked at? Exits with 1 where
 * not. With `HOLDFAST_AUDIT=required` (for a release) also where the registry tells nothing about advisories.
 * `npm run sbom [-- FILE]`: writes the bill of materials, to stdout without FILE.
 * `npm run lock:hashes`: asks the registry for the hashes that package-lock.json lacks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addHashes } from './add-hashes.ts';
import allowed from './allowed.json' with { type: 'json' };
import { audit } from './audit.ts';
import { asShipped, importedByPage } from './bundled.ts';
import { checkLicences } from './check-licences.ts';
import { lintLockfile } from './lint-lockfile.ts';
import { readLockfile, type Verdict } from './lockfile.ts';
import { checkSbom, makeSbom } from './sbom.ts';

const projectDir = join(import.meta.dirname, '../..');
const locked = readLockfile(projectDir);
const lock = asShipped(locked, importedByPage(projectDir));
const [command, file] = process.argv.slice(2);

if (command === 'sbom') {
  const text = `${JSON.stringify(await makeSbom(projectDir, lock), null, 2)}\n`;
  if (file) writeFileSync(file, text);
  else process.stdout.write(text);
} else if (command === 'hashes') {
  const { lock: completed, added, unknown } = await addHashes(locked, projectDir);
  writeFileSync(join(projectDir, 'package-lock.json'), `${JSON.stringify(completed, null, 2)}\n`);
  console.log(`package-lock.json: ${added.length} hashes added, ${unknown.length} not known to the registry`);
} else {
  const verdicts: [string, () => Verdict | Promise<Verdict>][] = [
    ['lockfile', () => lintLockfile(lock, readFileSync(join(projectDir, '.npmrc'), 'utf8'), allowed)],
    ['licences', () => checkLicences(lock, allowed, projectDir)],
    ['SBOM', async () => checkSbom(await makeSbom(projectDir, lock), lock)],
    ['advisories', () => audit(projectDir, lock, process.env.HOLDFAST_AUDIT === 'required')],
  ];
  for (const [name, check] of verdicts) {
    const { summary, problems, unknown } = await check();
    console.log(`${problems.length > 0 ? '✖' : unknown ? '?' : '✔'} ${name.padEnd(10)} ${summary}`);
    for (const problem of problems) console.log(`    ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
