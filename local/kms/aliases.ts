import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { EBS_ALIAS, ebsKeyId } from './key-policies.ts';
import { type Kms, keyAccess, keyName } from './kms.ts';

const aliasName = z
  .string()
  .regex(/^alias\/[\w/-]{1,250}$/, 'Member must satisfy regular expression pattern: ^alias/[a-zA-Z0-9/_-]+$');

const aliasArn = (accountId: string, region: string, name: string): string =>
  `arn:aws:kms:${region}:${accountId}:${name}`;

export const createCreateAlias = (kms: Kms): Operation =>
  operation({
    name: 'CreateAlias',
    input: z.strictObject({ AliasName: aliasName, TargetKeyId: keyName }),
    access: ({ AliasName, TargetKeyId }, call) => [
      { action: 'kms:CreateAlias', resource: aliasArn(call.accountId, call.region, AliasName) },
      keyAccess(kms, 'CreateAlias', kms.keys.find(TargetKeyId, call), call),
    ],
    run({ AliasName, TargetKeyId }, call) {
      const { accountId, region } = call;
      const { key } = kms.keys.find(TargetKeyId, call);
      if (AliasName.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', 'alias/aws/ is reserved.');
      if (key.accountId !== accountId) throw new AwsError('NotFoundException', `Key '${key.arn}' does not exist`);
      if (kms.keys.aliases(accountId, region).some(({ name }) => name === AliasName))
        throw new AwsError(
          'AlreadyExistsException',
          `An alias with the name ${aliasArn(accountId, region, AliasName)} already exists`,
        );
      kms.keys.putAlias(accountId, region, { name: AliasName, keyId: key.keyId, createdAt: kms.kernel.clock.now() });
      return {};
    },
  });

export const createListAliases = (kms: Kms): Operation =>
  operation({
    name: 'ListAliases',
    input: z.strictObject({
      KeyId: keyName.optional(),
      Limit: z.int().min(1).max(100).optional(),
      Marker: z.string().optional(),
    }),
    access: ({ KeyId }, call) =>
      KeyId === undefined
        ? [{ action: 'kms:ListAliases', resource: '*' }]
        : [
            { action: 'kms:ListAliases', resource: '*' },
            keyAccess(kms, 'ListAliases', kms.keys.find(KeyId, call), call),
          ],
    run({ KeyId, Limit = 50, Marker }, call) {
      const { accountId, region } = call;
      const keyId = KeyId === undefined ? undefined : kms.keys.find(KeyId, call).key.keyId;
      // The alias is there from the start; its key only once it was used.
      const ebs = kms.keys.byId(region, ebsKeyId(accountId, region));
      const all = [
        { name: EBS_ALIAS, keyId: ebs?.keyId, createdAt: ebs?.createdAt },
        ...kms.keys.aliases(accountId, region),
      ].sort((a, b) => (a.name < b.name ? -1 : 1));
      const fitting = all
        .filter((alias) => keyId === undefined || alias.keyId === keyId)
        .filter(({ name }) => Marker === undefined || name > Marker);
      const page = fitting.slice(0, Limit);
      return {
        Aliases: page.map(({ name, keyId, createdAt }) => ({
          AliasName: name,
          AliasArn: aliasArn(accountId, region, name),
          ...(keyId === undefined ? {} : { TargetKeyId: keyId }),
          ...(createdAt === undefined ? {} : { CreationDate: createdAt / 1000 }),
        })),
        Truncated: fitting.length > page.length,
        ...(fitting.length > page.length ? { NextMarker: page.at(-1)?.name } : {}),
      };
    },
  });
