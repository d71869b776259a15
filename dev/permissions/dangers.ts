/**
 * What nobody is to be able to do, however narrowly: sharing, opening to all, other people's rights, the trail, the ways
 * to keep a key or a table from its owner. On resources that carry our tags and names: nothing but the action is wrong.
 */
import { JOB, PLACE, TENANT } from './place.ts';

export interface Danger {
  readonly words: string;
  readonly actions: readonly string[];
  readonly resource: (accountId: string) => string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

const ours = {
  'aws:ResourceTag/holdfast:job': JOB,
  'aws:RequestTag/holdfast:job': JOB,
  'aws:TagKeys': ['holdfast:job'],
};
const ec2 = (kind: string) => (accountId: string) =>
  `arn:aws:ec2:${PLACE.region}:${accountId}:${kind}-0123456789abcdef0`;
const unowned = (kind: string) => () => `arn:aws:ec2:${PLACE.region}::${kind}-0123456789abcdef0`;
const named = (service: string, name: string) => (accountId: string) =>
  `arn:aws:${service}:${service === 'iam' ? '' : PLACE.region}:${accountId}:${name}`;
const all = (service: string, names: string): readonly string[] => names.split(' ').map((name) => `${service}:${name}`);

const inEc2: readonly Danger[] = [
  {
    words: 'share a snapshot of ours, or change, lock or archive it',
    actions: all(
      'ec2',
      'ModifySnapshotAttribute ResetSnapshotAttribute ModifySnapshotTier LockSnapshot UnlockSnapshot RestoreSnapshotTier',
    ),
    resource: unowned('snapshot/snap'),
    context: ours,
  },
  {
    words: 'open snapshots and images to all, or take encryption away',
    actions: all(
      'ec2',
      'DisableSnapshotBlockPublicAccess DisableImageBlockPublicAccess DisableEbsEncryptionByDefault ModifyEbsDefaultKmsKeyId',
    ),
    resource: () => '*',
  },
  {
    words: 'share an image of ours, or make one of an instance',
    actions: all('ec2', 'ModifyImageAttribute ResetImageAttribute CopyImage CreateStoreImageTask'),
    resource: unowned('image/ami'),
    context: ours,
  },
  {
    words: 'look into an instance, or get a way into it',
    actions: all(
      'ec2',
      'GetPasswordData GetConsoleOutput GetConsoleScreenshot AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation CreateImage RebootInstances ModifyInstanceMetadataOptions',
    ),
    resource: ec2('instance/i'),
    context: ours,
  },
  {
    words: 'change a volume otherwise',
    actions: all('ec2', 'ModifyVolume EnableVolumeIO ModifyVolumeAttribute CreateSnapshot CreateReplaceRootVolumeTask'),
    resource: ec2('volume/vol'),
    context: ours,
  },
  {
    words: 'change the network, or who can reach what',
    actions: all(
      'ec2',
      'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress DeleteSecurityGroup',
    ),
    resource: ec2('security-group/sg'),
    context: ours,
  },
  {
    words: 'make networks, keys and gateways',
    actions: all(
      'ec2',
      'CreateVpc CreateVpcPeeringConnection CreateKeyPair ImportKeyPair CreateRoute CreateNatGateway',
    ),
    resource: ec2('vpc/vpc'),
    context: ours,
  },
];

const rights: readonly Danger[] = [
  {
    words: 'widen its own rights or anybody else’s',
    actions: all(
      'iam',
      'AttachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary UpdateRole CreatePolicyVersion SetDefaultPolicyVersion',
    ),
    resource: named('iam', 'role/holdfast-tenant'),
  },
  {
    words: 'make users and keys',
    actions: all('iam', 'CreateUser CreateAccessKey CreateLoginProfile PutUserPolicy AttachUserPolicy AddUserToGroup'),
    resource: named('iam', 'user/holdfast-example'),
  },
  {
    words: 'become somebody else',
    actions: all('sts', 'AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity'),
    resource: named('iam', 'role/Administrator'),
  },
  {
    words: 'stop the trail, or leave the organisation',
    actions: [
      'cloudtrail:StopLogging',
      'cloudtrail:DeleteTrail',
      'cloudtrail:PutEventSelectors',
      'organizations:LeaveOrganization',
    ],
    resource: () => '*',
  },
];

const keysAndData: readonly Danger[] = [
  {
    words: 'take a key away, or open it to others',
    actions: all('kms', 'ScheduleKeyDeletion DisableKey PutKeyPolicy DisableKeyRotation RetireGrant RevokeGrant'),
    resource: named('kms', 'key/00000000-0000-4000-8000-000000000001'),
    context: { 'kms:ViaService': `ec2.${PLACE.region}.amazonaws.com` },
  },
  {
    words: 'read what a key protects, by itself',
    actions: all('kms', 'Decrypt GenerateDataKey ReEncryptFrom'),
    resource: () => `arn:aws:kms:${PLACE.region}:${TENANT}:key/00000000-0000-4000-8000-000000000009`,
  },
  {
    words: 'open a bucket, or let it forget',
    actions: all(
      's3',
      'DeleteBucket PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutLifecycleConfiguration PutBucketVersioning PutBucketObjectLockConfiguration PutBucketPublicAccessBlock PutReplicationConfiguration',
    ),
    resource: () => `arn:aws:s3:::holdfast-${PLACE.stage}-library-${PLACE.accountId}`,
  },
  {
    words: 'get round a lock, or open an object to all',
    actions: all('s3', 'BypassGovernanceRetention PutObjectLegalHold PutObjectAcl PutObjectVersionAcl'),
    resource: () => `arn:aws:s3:::holdfast-${PLACE.stage}-library-${PLACE.accountId}/tenants/a`,
  },
  {
    words: 'take the records away',
    actions: all(
      'dynamodb',
      'DeleteTable UpdateTable UpdateContinuousBackups DeleteBackup Scan ExportTableToPointInTime',
    ),
    resource: named('dynamodb', `table/holdfast-${PLACE.stage}`),
  },
  {
    words: 'put its own code in a function’s place',
    actions: all(
      'lambda',
      'UpdateFunctionCode UpdateFunctionConfiguration AddPermission CreateFunction DeleteFunction',
    ),
    resource: named('lambda', `function:holdfast-${PLACE.stage}-broker`),
  },
  {
    words: 'change a state machine, or delete its executions’ traces',
    actions: all('states', 'UpdateStateMachine DeleteStateMachine CreateStateMachine'),
    resource: named('states', `stateMachine:holdfast-${PLACE.stage}-backup`),
  },
  {
    words: 'empty a queue, or add others to it',
    actions: all('sqs', 'PurgeQueue AddPermission RemovePermission'),
    resource: named('sqs', `holdfast-${PLACE.stage}-x-work`),
  },
  {
    words: 'read secrets and parameters of others',
    actions: [
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutResourcePolicy',
      'ssm:GetParameter',
      'ssm:StartSession',
    ],
    resource: named('secretsmanager', 'secret:payroll-AbCdEf'),
  },
];

export const DANGERS: readonly Danger[] = [...inEc2, ...rights, ...keysAndData];
