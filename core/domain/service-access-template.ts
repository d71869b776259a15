/**
 * What lets the control plane into a service account that is not its own: CloudFormation to be deployed there before the
 * service hypervisor is added, which needs what this makes. What follows once it is added: service-account-template.ts.
 */
import {
  allow,
  arnOf,
  FORMAT,
  inline,
  POLICY_VERSION,
  RETAIN,
  RETAIN_ONCE_MADE,
  ref,
  type Template,
} from './cloudformation.ts';

export interface ServiceAccessInput {
  readonly stage: string;
  /** Of the service hypervisor to be. */
  readonly accountId: string;
  readonly region: string;
  readonly hubRoleArn: string;
  readonly brokerRoleArn: string;
  /** Of the operators' API: it looks whether the bucket has Object Lock. */
  readonly operatorRoleArn: string;
  /** Random; also to be given when the hypervisor is added. */
  readonly externalId: string;
  /** A bucket to be made, with a key and a role that opens both. Absent: the library is elsewhere. */
  readonly library?: { readonly bucket: string };
}

/** What the hypervisor's role, or the user of its access key, has to be allowed: to look at its nodes' group and size it. */
export const managementStatements = ({
  stage,
  accountId,
  region,
}: Pick<ServiceAccessInput, 'stage' | 'accountId' | 'region'>) => [
  {
    Sid: 'SeeAccessNodes',
    ...allow(
      ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities', 'ec2:DescribeSubnets'],
      '*',
    ),
  },
  {
    Sid: 'PermissionsAreChecked',
    ...allow('iam:SimulatePrincipalPolicy', `arn:aws:iam::${accountId}:*/holdfast-*`),
  },
  {
    Sid: 'SeeTheirProfile',
    ...allow('iam:GetInstanceProfile', `arn:aws:iam::${accountId}:instance-profile/holdfast-${stage}-remote-node-*`),
  },
  {
    Sid: 'SizeAccessNodes',
    ...allow(
      [
        'autoscaling:UpdateAutoScalingGroup',
        'autoscaling:SetDesiredCapacity',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
      ],
      `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/holdfast-${stage}-nodes-*`,
    ),
  },
];

export const serviceAccessTemplate = (input: ServiceAccessInput): Template => {
  const { stage, hubRoleArn, externalId, library } = input;
  return {
    AWSTemplateFormatVersion: FORMAT,
    Description: 'Holdfast: lets the control plane into a service account',
    Resources: {
      ManagementRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: `holdfast-${stage}-management`,
          AssumeRolePolicyDocument: {
            Version: POLICY_VERSION,
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: hubRoleArn },
                Action: 'sts:AssumeRole',
                Condition: { StringEquals: { 'sts:ExternalId': externalId } },
              },
              { Effect: 'Allow', Principal: { AWS: hubRoleArn }, Action: 'sts:SetSourceIdentity' },
            ],
          },
          Policies: [inline('management', managementStatements(input))],
        },
      },
      ...(library ? libraryResources(input, library.bucket) : {}),
    },
    Outputs: {
      ManagementRoleArn: { Description: 'Role of the service hypervisor', Value: arnOf('ManagementRole') },
      ...(library
        ? {
            LibraryBucketName: { Description: 'Bucket of the library', Value: ref('LibraryBucket') },
            LibraryKeyArn: { Description: 'Key of the library', Value: arnOf('LibraryKey') },
            LibraryRoleArn: { Description: 'Role that opens the library', Value: arnOf('LibraryRole') },
            LibraryMaintenanceRoleArn: {
              Description: 'Role that repairs and prunes the library',
              Value: arnOf('LibraryMaintenanceRole'),
            },
          }
        : {}),
    },
  };
};

/** Written once, over TLS only, as the deployment's own library is (infra/storage.yml). */
const libraryResources = (
  { stage, accountId, brokerRoleArn, operatorRoleArn }: ServiceAccessInput,
  bucket: string,
): Template['Resources'] => {
  const objects = `arn:aws:s3:::${bucket}/*`;
  const deny = (Sid: string, Action: unknown, Resource: unknown, Condition?: unknown) => ({
    Sid,
    Effect: 'Deny',
    Principal: '*',
    Action,
    Resource,
    ...(Condition === undefined ? {} : { Condition }),
  });
  return {
    LibraryBucket: {
      Type: 'AWS::S3::Bucket',
      ...RETAIN_ONCE_MADE,
      Properties: {
        BucketName: bucket,
        ObjectLockEnabled: true,
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    },
    LibraryBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: ref('LibraryBucket'),
        PolicyDocument: {
          Version: POLICY_VERSION,
          Statement: [
            deny('CreateOnly', 's3:PutObject', objects, { Null: { 's3:if-none-match': 'true' } }),
            deny('NoEndlessLock', ['s3:PutObject', 's3:PutObjectRetention'], objects, {
              NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '3661' },
            }),
            deny('NoBypass', 's3:BypassGovernanceRetention', objects),
            {
              Sid: 'LetHoldfastSeeObjectLock',
              ...allow('s3:GetBucketObjectLockConfiguration', `arn:aws:s3:::${bucket}`),
              Principal: { AWS: operatorRoleArn },
            },
            deny('TlsOnly', 's3:*', [`arn:aws:s3:::${bucket}`, objects], {
              Bool: { 'aws:SecureTransport': 'false' },
            }),
          ],
        },
      },
    },
    LibraryKey: {
      Type: 'AWS::KMS::Key',
      ...RETAIN,
      Properties: {
        Description: 'Holdfast library',
        EnableKeyRotation: true,
        KeyPolicy: {
          Version: POLICY_VERSION,
          Statement: [
            {
              Sid: 'AccountDecidesByIam',
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${accountId}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
            deny('NotInOneStep', 'kms:ScheduleKeyDeletion', '*'),
          ],
        },
      },
    },
    /**
     * No ExternalId: the trust names the broker of one deployment, its sessions are narrowed to one tenant's part, and
     * only operators can name a library's role. (A tenant's role needs one, because tenants name it.)
     */
    LibraryRole: libraryRole(`holdfast-library-${stage}`, brokerRoleArn, [
      allow(
        ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:GetObjectRetention', 's3:PutObjectRetention'],
        objects,
      ),
      allow('s3:ListBucket', `arn:aws:s3:::${bucket}`),
      allow(['kms:Encrypt', 'kms:Decrypt'], arnOf('LibraryKey')),
    ]),
    /** Whoever writes backups can delete nothing: only library runs that repair or prune come as this one. */
    LibraryMaintenanceRole: libraryRole(`holdfast-library-${stage}-maintenance`, brokerRoleArn, [
      allow(
        [
          's3:GetObject',
          's3:GetObjectVersion',
          's3:PutObject',
          's3:GetObjectRetention',
          's3:PutObjectRetention',
          's3:DeleteObject',
          's3:DeleteObjectVersion',
        ],
        objects,
      ),
      allow(['s3:ListBucket', 's3:ListBucketVersions'], `arn:aws:s3:::${bucket}`),
      allow('kms:Decrypt', arnOf('LibraryKey')),
    ]),
  };
};

const libraryRole = (RoleName: string, brokerRoleArn: string, statements: readonly unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: {
      Version: POLICY_VERSION,
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: brokerRoleArn },
          Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        },
      ],
    },
    Policies: [inline('library', statements)],
  },
});
