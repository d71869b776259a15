import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { managedPolicyArn } from '../managed-policies.ts';
import { parsePolicy } from '../policy-documents.ts';
import type { ManagedPolicyRecord } from '../records.ts';
import {
  type Iam,
  onPolicy,
  path,
  policyArn,
  policyName,
  policyText,
  tagContext,
  tagList,
  tagRecord,
  tagsXml,
} from './iam.ts';

const versionOf = ({ version }: ManagedPolicyRecord): string => `v${version}`;

const policyXml = (iam: Iam, policy: ManagedPolicyRecord) => ({
  PolicyName: policy.name,
  PolicyId: policy.policyId,
  Arn: policy.arn,
  Path: '/',
  DefaultVersionId: versionOf(policy),
  AttachmentCount: iam.directory.usesOf(policy.arn).attachments,
  PermissionsBoundaryUsageCount: iam.directory.usesOf(policy.arn).boundaries,
  IsAttachable: true,
  Description: policy.description,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
  Tags: tagsXml(policy.tags),
});

export const createCreatePolicy = (iam: Iam): Operation =>
  operation({
    name: 'CreatePolicy',
    input: z.strictObject({
      PolicyName: policyName,
      PolicyDocument: policyText,
      Path: path,
      Description: z.string().max(1_000).optional(),
      Tags: tagList.optional(),
    }),
    access({ PolicyName, Tags = [] }, { accountId }) {
      const actions = ['CreatePolicy', ...(Tags.length > 0 ? ['TagPolicy'] : [])];
      return actions.map((it) => onPolicy(iam, it, managedPolicyArn(accountId, PolicyName), tagContext(Tags)));
    },
    run({ PolicyName, PolicyDocument, Description, Tags = [] }, { accountId }) {
      if (iam.directory.managed.find(managedPolicyArn(accountId, PolicyName)))
        throw new AwsError(
          'EntityAlreadyExists',
          `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
          409,
        );
      const policy = iam.directory.managed.put({
        accountId,
        name: PolicyName,
        document: parsePolicy(PolicyDocument, 'identity'),
        description: Description,
        tags: tagRecord(Tags),
      });
      return { Policy: policyXml(iam, policy) };
    },
  });

export const createGetPolicy = (iam: Iam): Operation =>
  operation({
    name: 'GetPolicy',
    input: z.strictObject({ PolicyArn: policyArn }),
    access: ({ PolicyArn }) => [onPolicy(iam, 'GetPolicy', PolicyArn)],
    run: ({ PolicyArn }) => ({ Policy: policyXml(iam, iam.directory.managed.open(PolicyArn)) }),
  });

/** The default version is the only one that is kept. */
export const createGetPolicyVersion = (iam: Iam): Operation =>
  operation({
    name: 'GetPolicyVersion',
    input: z.strictObject({ PolicyArn: policyArn, VersionId: z.string().regex(/^v[1-9]\d*$/) }),
    access: ({ PolicyArn }) => [onPolicy(iam, 'GetPolicyVersion', PolicyArn)],
    run({ PolicyArn, VersionId }) {
      const policy = iam.directory.managed.open(PolicyArn);
      if (VersionId !== versionOf(policy))
        throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} version ${VersionId} does not exist.`, 404);
      return {
        PolicyVersion: {
          Document: encodeURIComponent(JSON.stringify(policy.document)),
          VersionId,
          IsDefaultVersion: true,
          CreateDate: new Date(policy.updatedAt),
        },
      };
    },
  });

export const createDeletePolicy = (iam: Iam): Operation =>
  operation({
    name: 'DeletePolicy',
    input: z.strictObject({ PolicyArn: policyArn }),
    access: ({ PolicyArn }) => [onPolicy(iam, 'DeletePolicy', PolicyArn)],
    run({ PolicyArn }) {
      iam.directory.managed.open(PolicyArn);
      const { attachments, boundaries } = iam.directory.usesOf(PolicyArn);
      if (attachments + boundaries > 0)
        throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
      iam.directory.managed.delete(PolicyArn);
      return {};
    },
  });
