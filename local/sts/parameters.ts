import { z } from 'zod';
import { parsePolicy } from '../iam/policy-documents.ts';
import { AwsError } from '../kernel/errors.ts';
import type { PolicyDocument } from '../kernel/service.ts';

export const sessionName = z
  .string()
  .regex(/^[\w+=,.@-]{2,64}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}');
export const sourceIdentity = sessionName.refine((it) => !it.startsWith('aws:'), 'Member must not start with aws:');
export const externalId = z
  .string()
  .regex(/^[\w+=,.@:/-]{2,1224}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*');
export const policyText = z.string().min(1);
export const seconds = (most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'Member must be a number')
    .transform(Number)
    .refine((it) => it >= 900, 'Member must have value greater than or equal to 900')
    .refine((it) => it <= most, `Member must have value less than or equal to ${most}`);
export const tags = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)
  .refine((it) => it.every(({ Key }) => !/^aws:/i.test(Key)), 'tag keys must not start with aws:')
  .refine((it) => new Set(it.map(({ Key }) => Key.toLowerCase())).size === it.length, 'tag keys must differ');

/** STS takes 2,048 characters of plain text for a session policy. */
const LONGEST_POLICY = 2048;

export const parseSessionPolicy = (text: string): PolicyDocument => {
  if (text.length > LONGEST_POLICY)
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_POLICY}`,
    );
  return parsePolicy(text, 'identity');
};

/** How much of what STS can pack is used, percent. AWS packs better than this estimate by length. */
export const packedPolicySize = (text: string): string => String(Math.ceil((text.length / LONGEST_POLICY) * 100));
