/** What `hypervisor add` sends, from its options. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import type { AddHypervisor } from '../core/contracts/api.ts';
import { sealForRecovery } from '../library/recovery-key.ts';
import { usageError } from './cli-error.ts';
import { given } from './options.ts';

export interface HypervisorOptions {
  readonly name: string;
  readonly account: string;
  readonly region?: string;
  readonly auth: 'iam-role' | 'assume-role' | 'access-key';
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKeyStdin?: boolean;
  readonly accessNodes?: 'manual' | 'automatic';
  readonly nodeSubnets?: string;
  readonly libraryBucket?: string;
  readonly libraryPrefix?: string;
  readonly libraryPath?: string;
  readonly libraryRole?: string;
  readonly libraryMaintenanceRole?: string;
  readonly kmsKey?: string;
  readonly lock?: 'none' | 'governance' | 'compliance';
  readonly wait?: boolean;
  readonly recoveryPublicKey?: string;
}

const need = (value: string | undefined, option: string, why: string): string => {
  if (value) return value;
  throw usageError(`${option} is needed ${why}.`, { field: option });
};

/** From standard input if asked for, else from the environment. Errors: CliError. */
export const readSecretAccessKey = async (
  options: Pick<HypervisorOptions, 'secretAccessKeyStdin'>,
): Promise<string> => {
  if (options.secretAccessKeyStdin && process.stdin.isTTY) {
    throw usageError('A secret that is typed here would be seen.', {
      field: '--secret-access-key-stdin',
      remedy: 'Pipe it in: … | holdfast hypervisor …',
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

/** A tenant's comes from the invitation of its account; one that is given is held against it. */
const externalIdOf = (kind: 'service' | 'tenant', { externalId }: HypervisorOptions) =>
  kind === 'tenant'
    ? given({ externalId })
    : { externalId: need(externalId, '--external-id', 'with --auth assume-role') };

const authOf = async (kind: 'service' | 'tenant', options: HypervisorOptions) => {
  const { auth } = options;
  switch (auth) {
    case 'iam-role':
      return { method: auth };
    case 'assume-role':
      return {
        method: auth,
        roleArn: need(options.roleArn, '--role-arn', 'with --auth assume-role'),
        ...externalIdOf(kind, options),
      };
    case 'access-key':
      return {
        method: auth,
        accessKeyId: need(options.accessKeyId, '--access-key-id', 'with --auth access-key'),
        secretAccessKey: await readSecretAccessKey(options),
      };
  }
};

const libraryOf = (options: HypervisorOptions) => {
  const { libraryBucket, libraryPrefix, libraryPath, libraryRole, libraryMaintenanceRole, kmsKey } = options;
  if (libraryBucket && libraryPath) {
    throw usageError('A library is a bucket or a folder, not both.', { field: '--library-path' });
  }
  const ofBucket = Object.entries({
    '--library-prefix': libraryPrefix,
    '--library-role': libraryRole,
    '--library-maintenance-role': libraryMaintenanceRole,
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
      ...given({ roleArn: libraryRole, maintenanceRoleArn: libraryMaintenanceRole, kmsKeyArn: kmsKey }),
    },
  } as const;
};

/** Field of the request → option. */
export const hypervisorFields = {
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
  'library.maintenanceRoleArn': '--library-maintenance-role',
  kmsKeyArn: '--kms-key',
  lock: '--lock',
  nodeSubnets: '--node-subnets',
  recoveryPublicKey: '--recovery-public-key',
} as const;

/** Options that a tenant hypervisor has no use for. */
const OF_SERVICE = {
  accessNodes: '--access-nodes',
  nodeSubnets: '--node-subnets',
  libraryBucket: '--library-bucket',
  libraryPrefix: '--library-prefix',
  libraryPath: '--library-path',
  libraryRole: '--library-role',
  libraryMaintenanceRole: '--library-maintenance-role',
  kmsKey: '--kms-key',
  lock: '--lock',
  recoveryPublicKey: '--recovery-public-key',
  wait: '--wait',
} as const;

const refuseOfService = (options: HypervisorOptions): void => {
  for (const [name, flag] of Object.entries(OF_SERVICE)) {
    if (options[name as keyof typeof OF_SERVICE] === undefined) continue;
    throw usageError(`${flag} is for service hypervisors: a tenant has no access nodes and no library.`, {
      field: flag,
      remedy: 'Leave it out: nothing was sent.',
    });
  }
};

type ServiceAuth = Extract<z.input<typeof AddHypervisor>, { kind: 'service' }>['auth'];
type TenantAuth = Extract<z.input<typeof AddHypervisor>, { kind: 'tenant' }>['auth'];

/** What is sent. Errors: CliError, for what is missing or does not go together; reads the secret from standard input. */
export const hypervisorRequest = async (
  kind: 'service' | 'tenant',
  options: HypervisorOptions,
): Promise<z.input<typeof AddHypervisor>> => {
  const region = need(options.region ?? process.env.AWS_REGION, '--region', 'or AWS_REGION');
  const base = { name: options.name, accountId: options.account, region };
  const auth = await authOf(kind, options);
  if (kind === 'service') {
    return {
      kind,
      ...base,
      auth: auth as ServiceAuth,
      accessNodes: options.accessNodes ?? 'manual',
      ...given({ nodeSubnets: options.nodeSubnets?.split(',') }),
      ...libraryOf(options),
      ...given({ lock: options.lock }),
      recoveryPublicKey: checkedKey(
        need(
          options.recoveryPublicKey,
          '--recovery-public-key',
          'for a service hypervisor (make one: holdfast recovery-key create)',
        ),
      ),
    };
  }
  refuseOfService(options);
  // an IAM role passes here: that it is refused for tenants, and why, is the contract's to say
  return { kind, ...base, auth: auth as TenantAuth };
};
