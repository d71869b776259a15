import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Access, Call, Kernel } from '../kernel/service.ts';
import { openVault } from '../kernel/vault.ts';
import type { SecretRecord, SecretValue, SecretVersion } from './records.ts';

export interface Secrets {
  readonly kernel: Kernel;
  /** By name, ARN, or ARN without its last six characters; one marked for deletion too. */
  look(secretId: string, call: Call): SecretRecord | undefined;
  /** As `look`. Throws ResourceNotFoundException; InvalidRequestException if marked for deletion. */
  find(secretId: string, call: Call): SecretRecord;
  all(call: Call): SecretRecord[];
  put(secret: SecretRecord): void;
  delete(secret: SecretRecord): void;
  seal(secret: Pick<SecretRecord, 'arn'>, versionId: string, value: SecretValue): Uint8Array;
  open(secret: SecretRecord, version: SecretVersion): Buffer;
}

export const secretId = z.string().min(1).max(2048);
export const tagList = z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50);

const NOT_FOUND = "Secrets Manager can't find the specified secret.";
const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";

export const openSecrets = (kernel: Kernel): Secrets => {
  const { store, clock } = kernel;
  const vault = openVault(store);
  const table = store.table<SecretRecord>('secretsmanager.secrets');
  const keyOf = (secret: Pick<SecretRecord, 'accountId' | 'region' | 'name'>): string =>
    `${secret.accountId}/${secret.region}/${secret.name}`;
  const contextOf = (arn: string, versionId: string): string => `secret/${arn}/${versionId}`;

  const live = (secret: SecretRecord | undefined): SecretRecord | undefined => {
    if (!secret?.deletion || secret.deletion.goesAt > clock.now()) return secret;
    table.delete(keyOf(secret));
    return undefined;
  };

  const look: Secrets['look'] = (id, { accountId, region }) => {
    const [, arnRegion, owner, name] = /^arn:aws:secretsmanager:([^:]+):(\d{12}):secret:(.+)$/.exec(id) ?? [];
    if (name === undefined) return live(table.get(`${accountId}/${region}/${id}`));
    if (arnRegion !== region) return undefined;
    const byName = (text: string): SecretRecord | undefined => live(table.get(`${owner}/${region}/${text}`));
    const whole = byName(name.replace(/-[^-]{6}$/, ''));
    return whole?.arn === id ? whole : byName(name);
  };

  return {
    kernel,
    look,
    find(id, call) {
      const secret = look(id, call);
      if (!secret) throw new AwsError('ResourceNotFoundException', NOT_FOUND);
      if (secret.deletion) throw new AwsError('InvalidRequestException', MARKED);
      return secret;
    },
    all: ({ accountId, region }) =>
      [...table.entries(`${accountId}/${region}/`)].flatMap(({ value }) => live(value) ?? []),
    put: (secret) => table.put(keyOf(secret), secret),
    delete: (secret) => table.delete(keyOf(secret)),
    seal: ({ arn }, versionId, { bytes }) => vault.seal(bytes, contextOf(arn, versionId)),
    open: ({ arn }, { versionId, sealed }) => vault.unseal(sealed, contextOf(arn, versionId)),
  };
};

/** The permission for one action on a secret, whether or not there is such a secret. */
export const secretAccess = (
  secrets: Secrets,
  action: string,
  id: string,
  call: Call,
  context: Access['context'] = {},
): Access => {
  const secret = secrets.look(id, call);
  const isArn = id.startsWith('arn:');
  const tags = Object.entries(secret?.tags ?? {});
  return {
    action: `secretsmanager:${action}`,
    resource:
      secret?.arn ?? (isArn ? id : `arn:aws:secretsmanager:${call.region}:${call.accountId}:secret:${id}-??????`),
    resourceAccountId: isArn ? (id.split(':')[4] ?? call.accountId) : call.accountId,
    context: {
      'secretsmanager:SecretId': secret?.arn ?? id,
      ...Object.fromEntries(
        tags.flatMap(([key, value]) => [
          [`aws:ResourceTag/${key}`, value],
          [`secretsmanager:ResourceTag/${key}`, value],
        ]),
      ),
      ...context,
    },
  };
};

export const tagContext = (tags: z.infer<typeof tagList>): NonNullable<Access['context']> => ({
  'aws:TagKeys': tags.map(({ Key }) => Key),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
});

export const tagRecord = (tags: z.infer<typeof tagList>): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
