import { z } from 'zod';
import type { Access, Call, Kernel } from '../kernel/service.ts';
import type { Grants } from './grants.ts';
import type { Keys, Named } from './keys.ts';
import type { EncryptionContext } from './records.ts';

/** What the operations of KMS share. */
export interface Kms {
  readonly kernel: Kernel;
  readonly keys: Keys;
  readonly grants: Grants;
}

export const keyName = z.string().min(1).max(2048);
export const encryptionContext = z.record(z.string(), z.string());
export const blob = z
  .base64()
  .min(4)
  .transform((text) => Buffer.from(text, 'base64'));

/** The permission to do `action` with a key, by its policy, the caller's policies, or a grant. */
export const keyAccess = (
  kms: Kms,
  action: string,
  { key, alias }: Named,
  call: Call,
  more: { readonly encryptionContext?: EncryptionContext | undefined; readonly context?: Access['context'] } = {},
): Access => {
  const { principal } = call;
  const pairs = Object.entries(more.encryptionContext ?? {});
  const names = kms.keys.aliases(key.accountId, key.region).filter((it) => it.keyId === key.keyId);
  return {
    action: `kms:${action}`,
    resource: key.arn,
    resourceAccountId: key.accountId,
    resourcePolicy: key.pinnedPolicy,
    resourcePolicyGoverns: true,
    granted: kms.grants.allow(key, principal, action, more.encryptionContext ?? {}),
    context: {
      'kms:CallerAccount': principal.accountId,
      'kms:ViaService':
        principal.viaService === undefined ? [] : `${principal.viaService}.${call.region}.amazonaws.com`,
      'kms:EncryptionContextKeys': pairs.map(([name]) => name),
      ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
      'kms:RequestAlias': alias ?? [],
      'kms:ResourceAliases': names.map(({ name }) => name),
      'kms:KeyOrigin': 'AWS_KMS',
      'kms:KeySpec': 'SYMMETRIC_DEFAULT',
      'kms:KeyUsage': 'ENCRYPT_DECRYPT',
      'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
      'kms:MultiRegion': 'false',
      ...Object.fromEntries(Object.entries(key.tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value])),
      ...more.context,
    },
  };
};
