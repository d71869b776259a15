import { z } from 'zod';
import { parsePolicy } from '../iam/policy-documents.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { describe } from './describe-key.ts';
import { defaultKeyPolicy } from './key-policies.ts';
import type { Kms } from './kms.ts';
import { checkLockout } from './lockout-check.ts';

const Input = z.strictObject({
  Policy: z.string().min(1).max(32_768).optional(),
  Description: z.string().max(8192).optional(),
  KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
  KeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
  CustomerMasterKeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
  Origin: z.literal('AWS_KMS').optional(),
  MultiRegion: z.literal(false).optional(),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  Tags: z.array(z.strictObject({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) })).optional(),
});

export const createCreateKey = (kms: Kms): Operation =>
  operation({
    name: 'CreateKey',
    input: Input,
    access: ({ Tags = [] }) => [
      {
        action: 'kms:CreateKey',
        resource: '*',
        context: {
          'aws:TagKeys': Tags.map(({ TagKey }) => TagKey),
          ...Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, TagValue])),
        },
      },
    ],
    run({ Policy, Description = '', Tags = [], BypassPolicyLockoutSafetyCheck = false }, call) {
      const { accountId, region } = call;
      const policy =
        Policy === undefined
          ? defaultKeyPolicy(accountId)
          : parsePolicy(Policy, 'resource', 'MalformedPolicyDocumentException');
      const tags = Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
      // A policy that is refused leaves no key behind.
      return kms.kernel.store.transaction(() => {
        const key = kms.keys.create({ accountId, region, description: Description, policy, tags });
        // the default one is KMS's own choice, whatever the caller may do
        if (Policy !== undefined) checkLockout(kms, key, call, BypassPolicyLockoutSafetyCheck);
        return { KeyMetadata: describe(key) };
      });
    },
  });
