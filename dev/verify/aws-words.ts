/** Words of AWS's that say what it does, and where they were found. */
export interface Words {
  readonly says: string;
  /** The address of a page, or the SDK's package whose documentation has them: that is made of AWS's own models. */
  readonly where: `https://${string}` | `@aws-sdk/client-${string}`;
}

const EC2_ERRORS = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html';
const BLOCK_DEVICES =
  'https://github.com/awsdocs/amazon-ec2-user-guide/blob/063595bef7b2781bcf992414ca4ebecd9ca0fc6f/doc_source/block-device-mapping-concepts.md';
const WRITE_SNAPSHOTS = 'https://docs.aws.amazon.com/ebs/latest/userguide/writesnapshots.html';

const words = (where: Words['where'], says: string): Words => ({ where, says });

/** Looked up on 2026-11-23. */
export const AWS_SAYS = {
  externalId: words(
    '@aws-sdk/client-sts',
    'only someone with the ID can assume the role, rather than everyone in the account',
  ),
  trustPolicy: words(
    '@aws-sdk/client-sts',
    "The trust relationship is defined in the role's trust policy when the role is created.",
  ),
  unknownKey: words(EC2_ERRORS, 'The X.509 certificate or credentials provided do not exist in our records.'),
  implicitDeny: words(
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html',
    'Because an IAM principal is denied access by default, they must be explicitly allowed to perform an action. Otherwise, they are implicitly denied access.',
  ),
  unauthorized: words(EC2_ERRORS, 'You are not authorized to perform this operation. Check your IAM policies'),
  withoutListing: words(
    '@aws-sdk/client-s3',
    'If you don’t have the s3:ListBucket permission, Amazon S3 returns an HTTP status code 403 Access Denied error.',
  ),
  architecture: words('@aws-sdk/client-ec2', 'The architecture of the AMI. Default: For Amazon EBS-backed AMIs, i386.'),
  mapping: words(BLOCK_DEVICES, 'these updates overwrite or merge with the block device mapping of the AMI'),
  idempotentEc2: words(
    'https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html',
    'With an idempotent request, if the original request completes successfully, any subsequent retries complete successfully without performing any further actions.',
  ),
  keyPair: words(EC2_ERRORS, 'The specified key pair name does not exist.'),
  excludedVolumes: words(
    '@aws-sdk/client-ec2',
    'The IDs of the data (non-root) volumes to exclude from the multi-volume snapshot set.',
  ),
  idempotentStart: words(
    'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-direct-api-idempotency.html',
    'the result of the original request is returned',
  ),
  changedBlocks: words(
    '@aws-sdk/client-ebs',
    'Returns information about the blocks that are different between two Amazon Elastic Block Store snapshots of the same volume/snapshot lineage.',
  ),
  unrelated: words('@aws-sdk/client-ebs', 'readonly UNRELATED_SNAPSHOTS: "UNRELATED_SNAPSHOTS";'),
  zone: words(EC2_ERRORS, 'The specified Availability Zone does not exist, or is not available for you to use.'),
  iops: words('@aws-sdk/client-ec2', 'io2: 100 - 256,000 IOPS'),
  iopsRatio: words(
    'https://docs.aws.amazon.com/zh_tw/ebs/latest/userguide/provisioned-iops.html',
    'IOPS:GiB 比率為 1,000:1',
  ),
  volumeSize: words('@aws-sdk/client-ec2', 'equal to or larger than the snapshot size'),
  volumeInUse: words(EC2_ERRORS, 'The specified Amazon EBS volume is attached to an instance.'),
  rootVolume: words(
    '@aws-sdk/client-ec2',
    "If an EBS volume is the root device of an instance, it can't be detached while the instance is running.",
  ),
  startingBlock: words(
    '@aws-sdk/client-ebs',
    'The list in the response will start from this block index or the next valid block index in the snapshot.',
  ),
  pages: words('@aws-sdk/client-ebs', 'The maximum number of blocks to be returned by the request.'),
  blockChecksum: words(WRITE_SNAPSHOTS, "The action fails if the checksums don't match."),
  writtenBlocks: words('@aws-sdk/client-ebs', 'The number of blocks that were written to the snapshot.'),
  parent: words(
    WRITE_SNAPSHOTS,
    'specify a parent snapshot ID to start a snapshot as an incremental snapshot of an existing one',
  ),
  notThere: words('@aws-sdk/client-ebs', 'The specified resource does not exist.'),
  bodyChecksum: words(
    'https://docs.amazonaws.cn/en_us/AmazonS3/latest/userguide/checking-object-integrity-upload.md',
    "If the values don't match, the request is rejected.",
  ),
  lockedUpload: words(
    '@aws-sdk/client-s3',
    'header is required for any request to upload an object with a retention period configured using Amazon S3 Object Lock',
  ),
  initiated: words('@aws-sdk/client-s3', 'Date and time at which the multipart upload was initiated.'),
  retention: words('@aws-sdk/client-s3', "Retrieves an object's retention settings."),
  nullVersion: words(
    'https://github.com/awsdocs/amazon-s3-userguide/blob/3e8e42ad73d9f2536ce387b8dc71fde3033fd2b1/doc_source/AddingObjectstoVersionSuspendedBuckets.md',
    'After you suspend versioning on a bucket, Amazon S3 automatically adds a null version ID to every subsequent object stored thereafter',
  ),
  compliance: words(
    'https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.ObjectLockMode.html',
    "When an object is locked in compliance mode, its retention mode can't be changed, and its retention period can't be shortened.",
  ),
  otherKey: words(
    'https://docs.aws.amazon.com/botocore/latest/reference/services/kms/client/exceptions/IncorrectKeyException.html',
    'The request was rejected because the specified KMS key cannot decrypt the data.',
  ),
  disabledKey: words('@aws-sdk/client-kms', 'The request was rejected because the specified KMS key is not enabled.'),
  schedule: words(
    'https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.md',
    'You configure each recurring schedule type using a schedule expression for the type of schedule you want to configure, and specifying a time zone in which EventBridge Scheduler evaluates the expression.',
  ),
  invalidInput: words(
    '@aws-sdk/client-scheduler',
    'The input fails to satisfy the constraints specified by an Amazon Web Services service.',
  ),
  callback: words(
    'https://docs.aws.amazon.com/goto/WebAPI/states-2016-11-23/SendTaskHeartbeat',
    'Used by activity workers and Task states using the callback pattern',
  ),
  invalidToken: words('@aws-sdk/client-sfn', 'The provided token is not valid.'),
  oneByOne: words(
    'https://github.com/awsdocs/amazon-dynamodb-developer-guide/blob/21cfcaf78daf2919709dd4df421bf220c537e363/doc_source/WorkingWithItems.md',
    'A conditional write will succeed only if the item attributes meet one or more expected conditions. Otherwise, it returns an error.',
  ),
  createOnly: words(
    '@aws-sdk/client-s3',
    'Uploads the object only if the object key name does not already exist in the specified bucket. Otherwise, Amazon S3 returns a 412 Precondition Failed error.',
  ),
} as const satisfies Readonly<Record<string, Words>>;
