import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { encryptionContext, type Kms, keyAccess, keyName } from './kms.ts';
import type { GrantRecord, KeyRecord } from './records.ts';

const OPERATIONS = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
] as const;

const principalArn = z.string().regex(/^[\w+=,.@:/-]{1,256}$/, 'Member must be the ARN of a principal');

const CreateInput = z.strictObject({
  KeyId: keyName,
  GranteePrincipal: principalArn,
  RetiringPrincipal: principalArn.optional(),
  Operations: z.array(z.enum(OPERATIONS)).min(1),
  Constraints: z
    .strictObject({
      EncryptionContextSubset: encryptionContext.optional(),
      EncryptionContextEquals: encryptionContext.optional(),
    })
    .optional(),
  GrantTokens: z.array(z.string()).optional(),
  Name: z.string().min(1).max(256).optional(),
});
type CreateInput = z.infer<typeof CreateInput>;

export const createCreateGrant = (kms: Kms): Operation =>
  operation({
    name: 'CreateGrant',
    input: CreateInput,
    access: (input, call) => [
      keyAccess(kms, 'CreateGrant', kms.keys.find(input.KeyId, call), call, {
        context: {
          'kms:GrantIsForAWSResource': String(call.principal.viaService !== undefined),
          'kms:GranteePrincipal': input.GranteePrincipal,
          'kms:RetiringPrincipal': input.RetiringPrincipal ?? [],
          'kms:GrantOperations': input.Operations,
          'kms:GrantConstraintType': Object.keys(input.Constraints ?? {}),
        },
      }),
    ],
    run(input, call) {
      const { key } = kms.keys.find(input.KeyId, call);
      kms.keys.material(key);
      const same = sameGrant(kms.grants.list(key), input);
      const grant = same ?? makeGrant(kms, input, call.accountId);
      kms.grants.put(key, grant);
      return { GrantId: grant.grantId, GrantToken: grant.token };
    },
  });

const makeGrant = (kms: Kms, input: CreateInput, issuingAccount: string): GrantRecord => ({
  grantId: kms.kernel.randomHex(32),
  token: Buffer.from(kms.kernel.randomHex(48), 'hex').toString('base64'),
  granteePrincipal: input.GranteePrincipal,
  operations: input.Operations,
  issuingAccount,
  createdAt: kms.kernel.clock.now(),
  ...(input.RetiringPrincipal === undefined ? {} : { retiringPrincipal: input.RetiringPrincipal }),
  ...(input.Name === undefined ? {} : { name: input.Name }),
  ...(input.Constraints === undefined ? {} : { constraints: input.Constraints }),
});

/** With a name, asking again for the same grant gives the one that is there; without, each time another. */
const sameGrant = (grants: readonly GrantRecord[], input: CreateInput): GrantRecord | undefined => {
  if (input.Name === undefined) return undefined;
  const shape = (grantee: string, operations: readonly string[], constraints: unknown): string =>
    JSON.stringify([grantee, [...operations].sort(), constraints ?? {}]);
  const wanted = shape(input.GranteePrincipal, input.Operations, input.Constraints);
  return grants.find(
    (grant) =>
      grant.name === input.Name && shape(grant.granteePrincipal, grant.operations, grant.constraints) === wanted,
  );
};

export const createRevokeGrant = (kms: Kms): Operation =>
  operation({
    name: 'RevokeGrant',
    input: z.strictObject({ KeyId: keyName, GrantId: z.string().min(1).max(128) }),
    access: ({ KeyId }, call) => [
      keyAccess(kms, 'RevokeGrant', kms.keys.find(KeyId, call), call, {
        context: { 'kms:GrantIsForAWSResource': String(call.principal.viaService !== undefined) },
      }),
    ],
    run({ KeyId, GrantId }, call) {
      const { key } = kms.keys.find(KeyId, call);
      if (!kms.grants.delete(key, GrantId)) throw new AwsError('NotFoundException', `Grant ID ${GrantId} not found`);
      return {};
    },
  });

export const createListGrants = (kms: Kms): Operation =>
  operation({
    name: 'ListGrants',
    input: z.strictObject({
      KeyId: keyName,
      GrantId: z.string().optional(),
      GranteePrincipal: principalArn.optional(),
      Limit: z.int().min(1).max(100).optional(),
      Marker: z.string().optional(),
    }),
    access: ({ KeyId }, call) => [keyAccess(kms, 'ListGrants', kms.keys.find(KeyId, call), call)],
    run({ KeyId, GrantId, GranteePrincipal, Limit = 50, Marker }, call) {
      const { key } = kms.keys.find(KeyId, call);
      const fitting = kms.grants
        .list(key)
        .filter((it) => GrantId === undefined || it.grantId === GrantId)
        .filter((it) => GranteePrincipal === undefined || it.granteePrincipal === GranteePrincipal)
        .filter((it) => Marker === undefined || it.grantId > Marker);
      const page = fitting.slice(0, Limit);
      const truncated = fitting.length > page.length;
      return {
        Grants: page.map((grant) => describeGrant(key, grant)),
        Truncated: truncated,
        ...(truncated ? { NextMarker: page.at(-1)?.grantId } : {}),
      };
    },
  });

const describeGrant = (key: KeyRecord, grant: GrantRecord) => ({
  KeyId: key.arn,
  GrantId: grant.grantId,
  CreationDate: grant.createdAt / 1000,
  GranteePrincipal: grant.granteePrincipal,
  RetiringPrincipal: grant.retiringPrincipal,
  IssuingAccount: `arn:aws:iam::${grant.issuingAccount}:root`,
  Operations: grant.operations,
  Constraints: grant.constraints,
  Name: grant.name,
});
