import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import type { SecretRecord } from './records.ts';
import { type Secrets, secretAccess, secretId } from './secrets.ts';

/** A secret without its value; times in seconds since 1970. */
const describe = (secret: SecretRecord) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  KmsKeyId: secret.kmsKeyId,
  CreatedDate: secret.createdAt / 1000,
  LastChangedDate: secret.changedAt / 1000,
  ...(secret.deletion ? { DeletedDate: secret.deletion.markedAt / 1000 } : {}),
  Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
});

const stagesByVersion = (secret: SecretRecord): Record<string, readonly string[]> =>
  Object.fromEntries(
    secret.versions.filter(({ stages }) => stages.length > 0).map(({ versionId, stages }) => [versionId, stages]),
  );

export const createDescribeSecret = (secrets: Secrets): Operation =>
  operation({
    name: 'DescribeSecret',
    input: z.strictObject({ SecretId: secretId }),
    access: ({ SecretId }, call) => [secretAccess(secrets, 'DescribeSecret', SecretId, call)],
    run({ SecretId }, call) {
      const secret = secrets.look(SecretId, call);
      if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return { ...describe(secret), VersionIdsToStages: stagesByVersion(secret) };
    },
  });

const Filter = z.strictObject({
  Key: z.enum(['name', 'description', 'tag-key', 'tag-value', 'all']),
  Values: z.array(z.string()).min(1).max(10),
});

export const createListSecrets = (secrets: Secrets): Operation =>
  operation({
    name: 'ListSecrets',
    input: z.strictObject({
      MaxResults: z.int().min(1).max(100).optional(),
      NextToken: z.string().optional(),
      IncludePlannedDeletion: z.boolean().optional(),
      Filters: z.array(Filter).max(10).optional(),
      SortOrder: z.enum(['asc', 'desc']).optional(),
    }),
    access: () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
    run({ MaxResults = 100, NextToken, IncludePlannedDeletion = false, Filters = [], SortOrder = 'desc' }, call) {
      const order = SortOrder === 'asc' ? 1 : -1;
      const fitting = secrets
        .all(call)
        .filter((secret) => IncludePlannedDeletion || !secret.deletion)
        .filter((secret) => Filters.every((filter) => fits(secret, filter)))
        .sort((a, b) => order * (a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1)));
      const after = NextToken === undefined ? -1 : fitting.findIndex(({ arn }) => arn === decode(NextToken));
      if (NextToken !== undefined && after < 0)
        throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
      const page = fitting.slice(after + 1, after + 1 + MaxResults);
      const more = after + 1 + page.length < fitting.length;
      return {
        SecretList: page.map((secret) => ({ ...describe(secret), SecretVersionsToStages: stagesByVersion(secret) })),
        ...(more ? { NextToken: Buffer.from(page.at(-1)?.arn ?? '').toString('base64url') } : {}),
      };
    },
  });

const decode = (token: string): string => Buffer.from(token, 'base64url').toString();

/** Values are prefixes; `!` turns one round. */
const fits = (secret: SecretRecord, { Key, Values }: z.infer<typeof Filter>): boolean => {
  const texts = {
    name: [secret.name],
    description: [secret.description ?? ''],
    'tag-key': Object.keys(secret.tags),
    'tag-value': Object.values(secret.tags),
  };
  const candidates = Key === 'all' ? Object.values(texts).flat() : texts[Key];
  return Values.some((value) => {
    const negated = value.startsWith('!');
    const prefix = (negated ? value.slice(1) : value).toLowerCase();
    return candidates.some((text) => text.toLowerCase().startsWith(prefix)) !== negated;
  });
};
