import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Argument, type Command, Option } from 'commander';
import type { z } from 'zod';
import { type AddHypervisor, operatorRoutes } from '../core/contracts/api.ts';
import { sealForRecovery } from '../library/recovery-key.ts';
import { usageError } from './cli-error.ts';
import { idempotencyOption, openContext } from './context.ts';
import { nextSteps } from './hypervisor-next.ts';
import { given } from './options.ts';
import { showHypervisor } from './show-hypervisor.ts';
import { waitUntilReady } from './wait-until-ready.ts';

interface Options {
  readonly name: string;
  readonly account: string;
  readonly region?: string;
  readonly auth: 'iam-role' | 'assume-role' | 'access-key';
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKeyStdin?: boolean;
  readonly accessNodes: 'manual' | 'automatic';
  readonly libraryBucket?: string;
  readonly libraryPrefix?: string;
  readonly libraryPath?: string;
  readonly libraryRole?: string;
  readonly kmsKey?: string;
  readonly wait?: boolean;
  readonly recoveryPublicKey?: string;
}

const EXAMPLES = `
Of another account, deploy first what lets Holdfast in: for a tenant "holdfast permissions cloudformation", for a
service hypervisor "holdfast hypervisor access-template".

A secret access key is read from standard input (--secret-access-key-stdin) or from HOLDFAST_SECRET_ACCESS_KEY,
never from the command line.

Examples:
  $ holdfast hypervisor add service --name backup --account 999999999999 --region eu-central-1 \\
      --auth iam-role --access-nodes automatic --recovery-public-key hfpub1-…
  $ holdfast hypervisor add service --name west --account 444444444444 --region eu-west-1 --auth assume-role \\
      --role-arn arn:aws:iam::444444444444:role/holdfast-dev-management --external-id 2b7c9d10… --recovery-public-key hfpub1-… --wait
  $ holdfast hypervisor add tenant --name shop --account 111111111111 --region eu-central-1 \\
      --auth assume-role --role-arn arn:aws:iam::111111111111:role/holdfast-tenant --external-id 8f14e45f…`;

const need = (value: string | undefined, option: string, why: string): string => {
  if (value) return value;
  throw usageError(`${option} is needed ${why}.`, { field: option });
};

const readSecret = async (options: Options): Promise<string> => {
  if (options.secretAccessKeyStdin && process.stdin.isTTY) {
    throw usageError('A secret that is typed here would be seen.', {
      field: '--secret-access-key-stdin',
      remedy: 'Pipe it in: … | holdfast hypervisor add …',
    });
  }
  const given = options.secretAccessKeyStdin
    ? (await text(process.stdin)).trim()
    : process.env.HOLDFAST_SECRET_ACCESS_KEY;
  if (given) return given;
  throw usageError('The secret access key is missing.', {
    field: '--secret-access-key-stdin',
    remedy: 'Pipe it in with --secret-access-key-stdin, or set HOLDFAST_SECRET_ACCESS_KEY.',
  });
};

/** Tried out: a mistyped key would come to light at the first backup, a private one that is sent never comes back. */
const checkedKey = (publicKey: string): string => {
  try {
    sealForRecovery(publicKey, Buffer.alloc(0), Buffer.alloc(0), (length) => randomBytes(length));
  } catch (cause) {
    throw usageError(`This is no public recovery key: ${cause instanceof Error ? cause.message : cause}.`, {
      field: '--recovery-public-key',
      remedy: 'Give the public key as "holdfast recovery-key create" showed it.',
      cause,
    });
  }
  return publicKey;
};

const authOf = async (options: Options) => {
  const { auth } = options;
  switch (auth) {
    case 'iam-role':
      return { method: auth };
    case 'assume-role':
      return {
        method: auth,
        roleArn: need(options.roleArn, '--role-arn', 'with --auth assume-role'),
        externalId: need(options.externalId, '--external-id', 'with --auth assume-role'),
      };
    case 'access-key':
      return {
        method: auth,
        accessKeyId: need(options.accessKeyId, '--access-key-id', 'with --auth access-key'),
        secretAccessKey: await readSecret(options),
      };
  }
};

const libraryOf = (options: Options) => {
  const { libraryBucket, libraryPrefix, libraryPath, libraryRole, kmsKey } = options;
  if (libraryBucket && libraryPath) {
    throw usageError('A library is a bucket or a folder, not both.', { field: '--library-path' });
  }
  const ofBucket = Object.entries({
    '--library-prefix': libraryPrefix,
    '--library-role': libraryRole,
    '--kms-key': kmsKey,
  }).find(([, value]) => value !== undefined);
  if (!libraryBucket && ofBucket) {
    throw usageError(`${ofBucket[0]} is of a bucket of yours.`, {
      field: ofBucket[0],
      remedy: 'Add --library-bucket, or leave it out: the deployment’s own library needs none of it.',
    });
  }
  if (libraryPath) return { library: { kind: 'disk', path: libraryPath } } as const;
  if (!libraryBucket) return {};
  return {
    library: {
      kind: 's3',
      bucket: libraryBucket,
      prefix: libraryPrefix ?? '',
      ...given({ roleArn: libraryRole, kmsKeyArn: kmsKey }),
    },
  } as const;
};

const fields = {
  name: '--name',
  accountId: '--account',
  region: '--region',
  'auth.method': '--auth',
  auth: '--auth',
  'auth.roleArn': '--role-arn',
  externalId: '--external-id',
  accessKeyId: '--access-key-id',
  secretAccessKey: '--secret-access-key-stdin',
  bucket: '--library-bucket',
  prefix: '--library-prefix',
  path: '--library-path',
  'library.roleArn': '--library-role',
  kmsKeyArn: '--kms-key',
  recoveryPublicKey: '--recovery-public-key',
} as const;

const requestOf = async (kind: 'service' | 'tenant', options: Options): Promise<z.input<typeof AddHypervisor>> => {
  const region = need(options.region ?? process.env.AWS_REGION, '--region', 'or AWS_REGION');
  const base = { name: options.name, accountId: options.account, region };
  const auth = await authOf(options);
  if (kind === 'service') {
    return {
      kind,
      ...base,
      auth,
      accessNodes: options.accessNodes,
      ...libraryOf(options),
      recoveryPublicKey: checkedKey(
        need(
          options.recoveryPublicKey,
          '--recovery-public-key',
          'for a service hypervisor (make one: holdfast recovery-key create)',
        ),
      ),
    };
  }
  // an IAM role passes here: that it is refused for tenants, and why, is the contract's to say
  return { kind, ...base, auth: auth as Exclude<typeof auth, { method: 'iam-role' }> };
};

export const addHypervisorAdd = (group: Command): void => {
  group
    .command('add')
    .description('operators: connect an AWS account, as one that lends resources or as one that is protected')
    .addArgument(new Argument('<kind>', 'what the account is').choices(['service', 'tenant']))
    .requiredOption('--name <name>', 'how you call it')
    .requiredOption('--account <id>', 'the AWS account, 12 digits')
    .option('--region <region>', 'its AWS region (default: AWS_REGION)')
    .addOption(
      new Option('--auth <method>', 'how to get in; iam-role is for service hypervisors only')
        .choices(['iam-role', 'assume-role', 'access-key'])
        .makeOptionMandatory(),
    )
    .option('--role-arn <arn>', 'the role to assume')
    .option('--external-id <id>', 'the ExternalId that the role’s trust policy asks for')
    .option('--access-key-id <id>', 'the access key')
    .option('--secret-access-key-stdin', 'read its secret from standard input')
    .addOption(
      new Option('--access-nodes <how>', 'service: where access nodes come from')
        .choices(['manual', 'automatic'])
        .default('manual'),
    )
    .option('--library-bucket <bucket>', 'service: keep backup data in this S3 bucket (default: the deployment’s own)')
    .option('--library-prefix <prefix>', 'service: below this prefix of the bucket')
    .option('--library-path <folder>', 'service: keep backup data in a folder of the access nodes')
    .option(
      '--library-role <arn>',
      'service: the role that opens the bucket and the key, if they are another account’s',
    )
    .option('--kms-key <arn>', 'service: the KMS key that wraps the tenants’ data keys (default: the deployment’s own)')
    .option('--recovery-public-key <key>', 'service: the public half of your offline recovery key')
    .option('--wait', 'service in another account: wait until its template is deployed')
    .addOption(idempotencyOption())
    .addHelpText('after', EXAMPLES)
    .action(async (kind: 'service' | 'tenant', options: Options, command: Command) => {
      const context = openContext(command);
      const { api, screen } = context;
      const body = await requestOf(kind, options);
      const hypervisor = await api.call(operatorRoutes.addHypervisor, { body, fields });
      const wait = options.wait === true && hypervisor.state === 'preparing';
      if (screen.json) return screen.value(wait ? await waitUntilReady(context, hypervisor) : hypervisor);
      screen.line(`${screen.colors.green('Added')} the ${kind} hypervisor ${hypervisor.name}.\n`);
      showHypervisor(screen, hypervisor);
      screen.line();
      await nextSteps(context, hypervisor);
      if (wait) screen.line(`${screen.colors.green('Ready:')} ${(await waitUntilReady(context, hypervisor)).name}`);
    });
};
