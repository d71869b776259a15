/** What the random requests are made of: real actions with their ARNs, and the condition keys that AWS lists for them. */

export const OWN = '111111111111';
export const OTHER = '222222222222';
const REGION = 'eu-west-1';

/** `list`: a key that may have several values. */
export type KeyType = 'string' | 'number' | 'date' | 'bool' | 'arn' | 'ip' | 'binary' | 'list';

export interface Key {
  readonly name: string;
  readonly type: KeyType;
  /** What requests have, and policies ask for. */
  readonly values: readonly string[];
}

export interface Target {
  readonly action: string;
  /** Of an account: where the ARN names it, it is the owner's. */
  readonly resource: (owner: string) => string;
  readonly keys: readonly Key[];
  /** Resource policies hang on it: a bucket's, queue's or function's; or, a key's or trust policy, they also govern. */
  readonly policy?: 'beside' | 'governs' | 'trust';
  /** Asked seldom: the other evaluator takes 16 ms, and 1 ms for any other (it goes through 90 types of resources). */
  readonly seldom?: true;
}

const key = (name: string, type: KeyType, ...values: string[]): Key => ({ name, type, values });
const TAG_VALUES = ['acme', 'globex', 'Acme', 'a*', ''];
const tag = (name: string): Key => key(name, 'string', ...TAG_VALUES);

export const GLOBAL_KEYS: readonly Key[] = [
  key('aws:PrincipalTag/tenant', 'string', 'acme', 'acme', 'acme', 'globex', 'globex', 'Acme', 'a*', ''),
  key('aws:SourceIp', 'ip', '10.1.2.3', '10.1.200.7', '203.0.113.9', '2001:db8::1', '2001:db8:1::9'),
  key('aws:MultiFactorAuthAge', 'number', '0', '10', '300', '3600'),
  key('aws:MultiFactorAuthPresent', 'bool', 'true', 'false'),
  key('aws:SourceIdentity', 'string', 'job-1', 'job-2', 'Job-1'),
  key('aws:CalledVia', 'list', 'ec2.amazonaws.com', 'ebs.amazonaws.com', 'cloudformation.amazonaws.com'),
  key('aws:SourceArn', 'arn', `arn:aws:events:${REGION}:${OWN}:rule/a`, `arn:aws:events:${REGION}:${OTHER}:rule/b`),
  key('aws:SourceVpce', 'string', 'vpce-1', 'vpce-2'),
];

/** The context has these without a case's doing; policies ask for them all the same. */
export const GIVEN_KEYS: readonly Key[] = [
  key('aws:PrincipalAccount', 'string', OWN, OTHER),
  key('aws:PrincipalArn', 'arn', `arn:aws:iam::${OWN}:role/hub`, `arn:aws:iam::${OTHER}:role/hub`),
  key('aws:PrincipalType', 'string', 'AssumedRole', 'User', 'Account'),
  key('aws:CurrentTime', 'date', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', '2026-01-01T00:00:01Z'),
  key('aws:EpochTime', 'date', '2026-01-01T00:00:00Z', '1767225599', '1767225601'),
  key('aws:SecureTransport', 'bool', 'true', 'false'),
  key('aws:RequestedRegion', 'string', REGION, 'us-east-1'),
  key('aws:ResourceAccount', 'string', OWN, OTHER),
];

export const TARGETS: readonly Target[] = [
  {
    action: 's3:GetObject',
    resource: () => 'arn:aws:s3:::lib/tenants/acme/1',
    keys: [tag('s3:ExistingObjectTag/tenant')],
    policy: 'beside',
  },
  {
    action: 's3:PutObject',
    resource: () => 'arn:aws:s3:::lib/tenants/a+(b)/x y',
    keys: [
      key('s3:if-none-match', 'string', '*', 'abc'),
      key('s3:RequestObjectTagKeys', 'list', 'tenant', 'job', 'Job'),
      tag('s3:RequestObjectTag/tenant'),
      key('s3:object-lock-remaining-retention-days', 'number', '1', '30', '365'),
      key('s3:object-lock-retain-until-date', 'date', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    ],
    policy: 'beside',
  },
  {
    action: 's3:ListBucket',
    resource: () => 'arn:aws:s3:::lib',
    keys: [
      key('s3:prefix', 'string', 'tenants/acme/', 'tenants/globex/', 'tenants/', ''),
      key('s3:max-keys', 'number', '1', '10', '1000'),
    ],
    policy: 'beside',
  },
  {
    action: 'ec2:DeleteSnapshot',
    resource: () => `arn:aws:ec2:${REGION}::snapshot/snap-1`,
    keys: [
      tag('aws:ResourceTag/tenant'),
      tag('ec2:ResourceTag/tenant'),
      key('ec2:VolumeSize', 'number', '1', '8', '16384'),
      key(
        'ec2:ParentVolume',
        'arn',
        `arn:aws:ec2:${REGION}:${OWN}:volume/vol-1`,
        `arn:aws:ec2:${REGION}:${OWN}:volume/*`,
      ),
      key('ec2:Owner', 'string', OWN, OTHER),
    ],
  },
  {
    action: 'ec2:CreateTags',
    seldom: true,
    resource: (owner) => `arn:aws:ec2:${REGION}:${owner}:volume/vol-1`,
    keys: [
      key('aws:TagKeys', 'list', 'tenant', 'job', 'owner', 'Tenant'),
      tag('aws:RequestTag/tenant'),
      key('ec2:CreateAction', 'string', 'CreateVolume', 'CreateSnapshots'),
      key('ec2:Encrypted', 'bool', 'true', 'false'),
    ],
  },
  {
    action: 'secretsmanager:TagResource',
    resource: (owner) => `arn:aws:secretsmanager:${REGION}:${owner}:secret:acme-a1b2c3`,
    keys: [
      key('aws:TagKeys', 'list', 'tenant', 'job', 'owner', 'Tenant'),
      tag('aws:RequestTag/tenant'),
      tag('aws:ResourceTag/tenant'),
    ],
    policy: 'beside',
  },
  {
    action: 'ec2:DescribeVolumes',
    resource: () => '*',
    keys: [key('ec2:Region', 'string', REGION, 'us-east-1')],
  },
  {
    action: 'sqs:SendMessage',
    resource: (owner) => `arn:aws:sqs:${REGION}:${owner}:orders`,
    keys: [tag('aws:ResourceTag/tenant')],
    policy: 'beside',
  },
  {
    action: 'lambda:InvokeFunction',
    resource: (owner) => `arn:aws:lambda:${REGION}:${owner}:function:broker`,
    keys: [tag('aws:ResourceTag/tenant')],
    policy: 'beside',
  },
  {
    action: 'kms:Decrypt',
    resource: (owner) => `arn:aws:kms:${REGION}:${owner}:key/0a1b`,
    keys: [
      key('kms:ViaService', 'string', `ec2.${REGION}.amazonaws.com`, `s3.${REGION}.amazonaws.com`),
      key('kms:EncryptionContextKeys', 'list', 'tenant', 'volume'),
      // No key of AWS's holds bytes; an attestation is text that is base64, too.
      key('kms:RecipientAttestation:PCR0', 'binary', 'AAECAw==', 'BAUGBw==', 'aG9sZGZhc3Q='),
    ],
    policy: 'governs',
  },
  {
    action: 'sts:AssumeRole',
    resource: (owner) => `arn:aws:iam::${owner}:role/target`,
    keys: [
      key('sts:ExternalId', 'string', 'id-1', 'id-2', 'ID-1'),
      key('sts:RoleSessionName', 'string', 'job-1', 'job-2'),
      key('sts:SourceIdentity', 'string', 'job-1', 'job-2'),
      key('sts:TransitiveTagKeys', 'list', 'tenant', 'job'),
    ],
    policy: 'trust',
  },
];

export const OPERATORS: Readonly<Record<KeyType, readonly string[]>> = {
  string: [
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringNotLike',
  ],
  list: [
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringNotLike',
  ],
  number: [
    'NumericEquals',
    'NumericNotEquals',
    'NumericLessThan',
    'NumericLessThanEquals',
    'NumericGreaterThan',
    'NumericGreaterThanEquals',
  ],
  date: [
    'DateEquals',
    'DateNotEquals',
    'DateLessThan',
    'DateLessThanEquals',
    'DateGreaterThan',
    'DateGreaterThanEquals',
  ],
  bool: ['Bool'],
  arn: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike', 'StringLike'],
  ip: ['IpAddress', 'NotIpAddress'],
  binary: ['BinaryEquals'],
};

/** Beside the values themselves: ranges for addresses. */
export const RANGES = ['10.0.0.0/8', '10.1.0.0/17', '203.0.113.0/24', '2001:db8::/32', '2001:db8::/48', '0.0.0.0/0'];
