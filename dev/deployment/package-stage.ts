import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { ResourceDefinition } from './read-serverless.ts';

const PROJECT = join(import.meta.dirname, '../..');

export interface Packaged {
  readonly stage: string;
  /** The template's file. */
  readonly path: string;
  readonly template: {
    readonly Resources: Readonly<Record<string, ResourceDefinition & Readonly<Record<string, unknown>>>>;
    readonly Outputs: Readonly<Record<string, unknown>>;
  };
  /** What the stack starts with: the bucket that the rest is uploaded to. */
  readonly firstPath: string;
  /** The functions' code. */
  readonly zip: string;
  /** Whether the machine could take the network away, so that it is proven that none was asked for. */
  readonly withoutNetwork: boolean;
}

/** A namespace without any network, where the system allows one to be made. */
const networkless = (): readonly string[] =>
  [
    ['unshare', '-n'],
    ['unshare', '-rn'],
  ].find(([command = '', ...args]) => spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0) ?? [];

/**
 * `serverless package` of one stage, to `folder`, as on a machine that belongs to no account: an empty home, no variable
 * of AWS's, and, where the system can, no network. Errors: what the framework printed.
 */
export const packageStage = ({
  stage,
  region = 'eu-central-1',
  params = {},
  folder,
}: {
  readonly stage: string;
  readonly region?: string;
  /** `--param name=value` */
  readonly params?: Readonly<Record<string, string>>;
  readonly folder: string;
}): Packaged => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-home-'));
  const alone = networkless();
  const serverless = join(PROJECT, 'node_modules/.bin/serverless');
  const [command = '', ...args] = [
    ...alone,
    process.execPath,
    serverless,
    'package',
    ...['--stage', stage, '--region', region, '--package', folder],
    ...Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ];
  try {
    execFileSync(command, args, {
      cwd: PROJECT,
      env: { HOME: home, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: Buffer; readonly stderr: Buffer };
    throw new Error(`serverless package --stage ${stage} failed:\n${stdout}${stderr}`, { cause: error });
  } finally {
    rmSync(home, { recursive: true });
  }
  const path = join(folder, 'cloudformation-template-update-stack.json');
  return {
    stage,
    path,
    template: JSON.parse(readFileSync(path, 'utf8')),
    firstPath: join(folder, 'cloudformation-template-create-stack.json'),
    zip: join(folder, 'holdfast.zip'),
    withoutNetwork: alone.length > 0,
  };
};
