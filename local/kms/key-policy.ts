import { z } from 'zod';
import { parsePolicy } from '../iam/policy-documents.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Kms, keyAccess, keyName } from './kms.ts';
import { checkLockout } from './lockout-check.ts';

const policyName = z.literal('default').optional();

export const createPutKeyPolicy = (kms: Kms): Operation =>
  operation({
    name: 'PutKeyPolicy',
    input: z.strictObject({
      KeyId: keyName,
      PolicyName: policyName,
      Policy: z.string().min(1).max(32_768),
      BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
    }),
    access: ({ KeyId, BypassPolicyLockoutSafetyCheck = false }, call) => [
      keyAccess(kms, 'PutKeyPolicy', kms.keys.find(KeyId, call), call, {
        context: { 'kms:BypassPolicyLockoutSafetyCheck': String(BypassPolicyLockoutSafetyCheck) },
      }),
    ],
    run({ KeyId, Policy, BypassPolicyLockoutSafetyCheck = false }, call) {
      const { key } = kms.keys.find(KeyId, call);
      if (key.manager === 'AWS')
        throw new AwsError('AccessDeniedException', `${key.arn} is managed by AWS and cannot be changed.`);
      const policy = parsePolicy(Policy, 'resource', 'MalformedPolicyDocumentException');
      const changed = { ...key, policy, pinnedPolicy: kms.keys.pin(policy) };
      checkLockout(kms, changed, call, BypassPolicyLockoutSafetyCheck);
      kms.keys.put(changed);
      return {};
    },
  });

export const createGetKeyPolicy = (kms: Kms): Operation =>
  operation({
    name: 'GetKeyPolicy',
    input: z.strictObject({ KeyId: keyName, PolicyName: policyName }),
    access: ({ KeyId }, call) => [keyAccess(kms, 'GetKeyPolicy', kms.keys.find(KeyId, call), call)],
    run: ({ KeyId }, call) => ({
      Policy: JSON.stringify(kms.keys.find(KeyId, call).key.policy),
      PolicyName: 'default',
    }),
  });
