import { AwsError } from '../kernel/errors.ts';
import type { Kernel, PolicyDocument } from '../kernel/service.ts';
import { makeId } from './ids.ts';
import { checkPolicy } from './policy-documents.ts';
import { checkManagedQuota } from './policy-quotas.ts';
import type { ManagedPolicyRecord } from './records.ts';

export interface ManagedPolicyInput {
  readonly accountId: string;
  readonly name: string;
  readonly document: PolicyDocument;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>>;
}

/** An account's own managed policies, which can be attached to roles and users, or be their permissions boundary. */
export interface ManagedPolicies {
  find(arn: string): ManagedPolicyRecord | undefined;
  /** Throws AwsError, NoSuchEntity. */
  open(arn: string): ManagedPolicyRecord;
  /** The same again makes another version, which is the only one kept. Throws AwsErrors as IAM does. */
  put(policy: ManagedPolicyInput): ManagedPolicyRecord;
  delete(arn: string): void;
}

export const managedPolicyArn = (accountId: string, name: string): string => `arn:aws:iam::${accountId}:policy/${name}`;

export const openManagedPolicies = ({
  store,
  clock,
  randomHex,
}: Pick<Kernel, 'store' | 'clock' | 'randomHex'>): ManagedPolicies => {
  const table = store.table<ManagedPolicyRecord>('iam.managed-policies');
  return {
    find: (arn) => table.get(arn),
    open(arn) {
      const policy = table.get(arn);
      if (!policy) throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
      return policy;
    },
    put({ accountId, name, document, description, tags = {} }) {
      checkManagedQuota(checkPolicy(document, 'identity'));
      const arn = managedPolicyArn(accountId, name);
      const before = table.get(arn);
      const policy: ManagedPolicyRecord = {
        accountId,
        name,
        arn,
        policyId: before?.policyId ?? makeId('ANPA', randomHex),
        version: (before?.version ?? 0) + 1,
        document,
        tags,
        ...(description === undefined ? {} : { description }),
        createdAt: before?.createdAt ?? clock.now(),
        updatedAt: clock.now(),
      };
      table.put(arn, policy);
      return policy;
    },
    delete: (arn) => table.delete(arn),
  };
};
