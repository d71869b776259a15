import { TAG } from '../../core/domain/effect.ts';
import type { Policy } from './session-policy.ts';

const ours = { StringLike: { [`aws:ResourceTag/${TAG.job}`]: '*' } };
/** What a restore made, which a backup never has. */
const restored = { StringLike: { [`aws:ResourceTag/${TAG.restore}`]: '*' } };

/**
 * What the control plane may do in a tenant account during a step. No block of data can be read or written with it:
 * that takes an order's session. What was not made by us can be neither deleted nor tagged.
 */
export const tenantSessionPolicy = (region: string): Policy => ({
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeSnapshots',
        'ec2:DescribeVolumes',
        'ec2:CreateSnapshots',
        'ec2:RegisterImage',
        'ec2:RunInstances',
        'ebs:StartSnapshot',
        'ebs:ListChangedBlocks',
      ],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: '*',
      Condition: {
        StringEquals: { 'ec2:CreateAction': ['CreateSnapshots', 'StartSnapshot', 'RegisterImage', 'RunInstances'] },
      },
    },
    { Effect: 'Allow', Action: ['ec2:DeleteSnapshot', 'ec2:DeregisterImage'], Resource: '*', Condition: ours },
    {
      Effect: 'Allow',
      Action: ['ec2:TerminateInstances', 'ec2:ModifyInstanceAttribute', 'ec2:CreateTags'],
      Resource: '*',
      Condition: restored,
    },
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      Effect: 'Allow',
      Action: [
        'kms:CreateGrant',
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncrypt*',
      ],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': [`ec2.${region}.amazonaws.com`, `ebs.${region}.amazonaws.com`] } },
    },
  ],
});
