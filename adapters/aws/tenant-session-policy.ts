/**
 * What the control plane may do in a tenant account during a step, by what the step is for. No block of data can be
 * read or written with any of these: that takes an order's session. What is deleted, changed or tagged carries our tags,
 * and beyond snapshots those of the very job; the only exception is the one instance that a restore replaces volumes of.
 */
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import type { TenantAccess } from '../../core/ports/tenant-scope.ts';
import type { Policy, Statement } from './session-policy.ts';

export interface SessionOf extends TenantAccess {
  readonly accountId: string;
  /** Where the tenant's instances are, and where the session works, if that is elsewhere. */
  readonly regions: readonly string[];
  /** The session's SourceIdentity: what carries it as its job is the session's own. */
  readonly jobId: string;
}

export const tenantSessionPolicy = (session: SessionOf): Policy => ({ Statement: [SEE, ...statements(session)] });

const statements = (session: SessionOf): Statement[] => {
  switch (session.to) {
    case 'look':
      return [];
    case 'survey':
      return [PLACES];
    case 'protect':
      return [...protect(session), keys(session.regions)];
    case 'retain':
      return [allow('ec2:DeleteSnapshot', OURS)];
    case 'restore':
      return [...restore(session.jobId), keys(session.regions)];
    case 'replace':
      return [...replace(session), keys(session.regions)];
    case 'clean-up':
      return [...cleanUp(session), keys(session.regions)];
  }
};

const allow = (Action: string | readonly string[], Condition?: Statement['Condition'], Resource = '*'): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

const SEE = allow(['ec2:DescribeImages', 'ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes']);

/** Where a restore could launch an instance or make volumes. */
const PLACES = allow([
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeKeyPairs',
  'ec2:DescribeSecurityGroupVpcAssociations',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
]);

/** An earlier job's snapshot is what an incremental compares with, and what retention deletes. */
const OURS: Statement['Condition'] = { StringLike: { [`aws:ResourceTag/${TAG.job}`]: 'job-*' } };
const ofJob = (jobId: string): Statement['Condition'] => ({ StringEquals: { [`aws:ResourceTag/${TAG.job}`]: jobId } });
const replacedBy = (jobId: string): Statement['Condition'] => ({
  StringEquals: { [`aws:ResourceTag/${REPLACED_BY}`]: jobId },
});

const taggedAsMadeBy = (...CreateAction: string[]): Statement =>
  allow('ec2:CreateTags', { StringEquals: { 'ec2:CreateAction': CreateAction } });

/** The documents that a freeze and a thaw need; a plan's commands are parameters of the first. */
const DOCUMENTS = ['AWS-RunShellScript', 'AWS-RunPowerShellScript', 'AWSEC2-CreateVssSnapshot'];

/** Only what runs commands can be limited to an instance; what looks at agents and results cannot. */
const guest = ({ accountId, instanceId }: SessionOf): readonly Statement[] =>
  instanceId === undefined
    ? []
    : [
        allow(['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation']),
        {
          Effect: 'Allow',
          Action: 'ssm:SendCommand',
          Resource: [
            `arn:aws:ec2:*:${accountId}:instance/${instanceId}`,
            ...DOCUMENTS.map((name) => `arn:aws:ssm:*::document/${name}`),
          ],
        },
      ];

/** What it takes to launch an instance again, beyond what every look shows. */
const SETTINGS = allow([
  'ec2:DescribeInstanceAttribute',
  'ec2:DescribeInstanceCreditSpecifications',
  'ec2:DescribeInstanceTypes',
  'ec2:GetInstanceUefiData',
]);

const protect = (session: SessionOf): Statement[] => [
  SETTINGS,
  allow('ec2:CreateSnapshots'),
  taggedAsMadeBy('CreateSnapshots', 'CopySnapshot'),
  allow(['ec2:CopySnapshot', 'ec2:DeleteSnapshot', 'ebs:ListChangedBlocks'], OURS),
  // A copy is asked for twice: for its source, which has our tags, and for what is made.
  allow('ec2:CopySnapshot', { StringEquals: { [`aws:RequestTag/${TAG.job}`]: session.jobId } }),
  ...guest(session),
];

const CHANGES_OF_AN_INSTANCE = [
  'ec2:AttachVolume',
  'ec2:DetachVolume',
  'ec2:ModifyInstanceAttribute',
  'ec2:StartInstances',
  'ec2:StopInstances',
];

/** A new instance, from an image or a donor, or volumes by themselves: everything that is changed is the job's own. */
const restore = (jobId: string): Statement[] => [
  allow(['ebs:StartSnapshot', 'ec2:CreateVolume', 'ec2:RegisterImage', 'ec2:RunInstances']),
  taggedAsMadeBy('StartSnapshot', 'CreateVolume', 'RegisterImage', 'RunInstances'),
  allow(
    [...CHANGES_OF_AN_INSTANCE, 'ec2:DeleteVolume', 'ec2:DeregisterImage', 'ec2:CreateTags', 'ec2:DeleteSnapshot'],
    ofJob(jobId),
  ),
  allow('iam:PassRole', { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }),
];

const VOLUMES = 'arn:aws:ec2:*:*:volume/*';
const onlyTheMark = { 'ForAllValues:StringEquals': { 'aws:TagKeys': REPLACED_BY } };

/** Volumes are made, and come to an instance of the tenant's own: nothing is launched. */
const replace = (session: SessionOf): Statement[] => [
  allow(['ebs:StartSnapshot', 'ec2:CreateVolume']),
  taggedAsMadeBy('StartSnapshot', 'CreateVolume'),
  allow(['ec2:AttachVolume', 'ec2:DeleteSnapshot'], ofJob(session.jobId)),
  ...theInstance(session),
  // Volumes of that one instance: EC2 asks for both. What was ours from an earlier restore is the tenant's by now.
  allow('ec2:DetachVolume', undefined, VOLUMES),
  // The role allows it on volumes only; here every character counts.
  allow('ec2:CreateTags', { StringEquals: { [`aws:RequestTag/${REPLACED_BY}`]: session.jobId }, ...onlyTheMark }),
  allow('ec2:DeleteVolume', replacedBy(session.jobId)),
];

/** What the job made goes: off the instance that it was attached to, and in spite of the protection that a launch gave. */
const cleanUp = (session: SessionOf): Statement[] => [
  allow(
    [
      'ec2:DetachVolume',
      'ec2:ModifyInstanceAttribute',
      'ec2:DeleteVolume',
      'ec2:DeregisterImage',
      'ec2:TerminateInstances',
    ],
    ofJob(session.jobId),
  ),
  allow('ec2:DeleteSnapshot', OURS),
  ...(session.instanceId === undefined ? [] : [...theInstance(session), ...putBack(session.jobId)]),
];

/** A call that names no tags would take them all off: without `Null` it fits, there being no other key in it. */
const putBack = (jobId: string): Statement[] => [
  allow('ec2:AttachVolume', replacedBy(jobId), VOLUMES),
  allow('ec2:DeleteTags', { ...replacedBy(jobId), ...onlyTheMark, Null: { 'aws:TagKeys': 'false' } }, VOLUMES),
];

const theInstance = ({ accountId, instanceId }: SessionOf): Statement[] =>
  instanceId === undefined
    ? []
    : [allow(CHANGES_OF_AN_INSTANCE, undefined, `arn:aws:ec2:*:${accountId}:instance/${instanceId}`)];

/** EC2 and EBS use the tenant's keys in the caller's name: for volumes, for copies, when an instance starts. */
const keys = (regions: readonly string[]): Statement =>
  allow(
    ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncrypt*'],
    {
      StringEquals: {
        'kms:ViaService': regions.flatMap((region) => [`ec2.${region}.amazonaws.com`, `ebs.${region}.amazonaws.com`]),
      },
    },
  );
