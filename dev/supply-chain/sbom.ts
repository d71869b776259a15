import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identity, type Lockfile, lockedPackages, type Verdict } from './lockfile.ts';
import { runNpm } from './run-npm.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

/** A bill of materials as CycloneDX 1.5 (JSON), as far as we look into it. */
export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly metadata: { readonly component: Component; readonly [more: string]: unknown };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly [more: string]: unknown;
}

/**
 * What Holdfast needs to run, of all platforms, with licences and hashes, from package-lock.json. npm writes the document.
 * Not with its own `--omit dev`: that also leaves out what production and development both need (npm/cli 7909; measured with npm 11.19:
 * 78 of 155 packages, without zod and half of the AWS SDK), so what is only for development is taken out here. Its
 * component is named after the folder (npm/cli 9178, mended in npm 12): named after package.json here. npm 10 names a
 * package twice that is in two folders.
 */
export const makeSbom = async (projectDir: string, lock: Lockfile): Promise<Sbom> => {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const { stdout, failure } = await runNpm(args, projectDir, { timeout: 60_000 });
  if (failure !== undefined) throw new Error(`npm sbom failed: ${failure}`);
  const whole = JSON.parse(stdout) as Sbom;
  const { name } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { name: string };
  const kept = productionPackages(lock);
  const root = whole.metadata.component['bom-ref'];
  return {
    ...whole,
    metadata: { ...whole.metadata, component: { ...whole.metadata.component, name } },
    components: once(whole.components, (one) => one['bom-ref']).filter(({ 'bom-ref': ref }) => kept.has(ref)),
    dependencies: once(whole.dependencies, ({ ref }) => ref)
      .filter(({ ref }) => ref === root || kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => kept.has(on)) })),
  };
};

/** That it names each package that production needs, with a licence, and each but those of other platforms with a hash. */
export const checkSbom = ({ components }: Sbom, lock: Lockfile): Verdict => {
  const named = new Set(components.map(({ 'bom-ref': ref }) => ref));
  const expected = productionPackages(lock);
  return {
    summary: `${components.length} components`,
    problems: [
      ...[...expected].filter((ref) => !named.has(ref)).map((ref) => `${ref} is not in the SBOM`),
      ...components.filter((one) => !('licenses' in one)).map((one) => `${one['bom-ref']} has no licence in the SBOM`),
    ],
  };
};

const once = <T>(list: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(list.map((one) => [key(one), one])).values(),
];

const productionPackages = (lock: Lockfile): Set<string> =>
  new Set(
    lockedPackages(lock)
      .filter(([, { dev }]) => !dev)
      .map(([folder, entry]) => identity(folder, entry)),
  );
