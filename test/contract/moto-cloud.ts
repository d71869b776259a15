import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import { tableDefinition } from '../../adapters/aws/dynamo-table-definition.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { type ContractCloud, freshName, REGION, SERVICE_ACCOUNT } from './cloud.ts';

const TENANT_ACCOUNTS = ['222222222222', '333333333333'] as const;

/** In moto whoever has assumed a role of an account is in that account, and roles need not exist. */
const sessionIn = async (accountId: string): Promise<Credentials> => {
  const sts = new STSClient(clientSettings('own', REGION, { accessKeyId: 'test', secretAccessKey: 'test' }));
  const RoleArn = `arn:aws:iam::${accountId}:role/contract`;
  const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'contract' }));
  return {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken ?? '',
  };
};

const tenantIn = (accountId: string): TenantHypervisor => ({
  kind: 'tenant',
  hypervisorId: freshName('hv'),
  name: accountId,
  accountId,
  region: REGION,
  auth: {
    method: 'assume-role',
    roleArn: `arn:aws:iam::${accountId}:role/holdfast-tenant`,
    externalId: `id-of-${accountId}`,
  },
  createdAt: 1,
});

/** A moto server that listens at `endpoint`, with what the deployment would have made there. */
export const openMotoCloud = async (endpoint: string): Promise<ContractCloud> => {
  process.env.AWS_ENDPOINT_URL = endpoint;
  const root = await sessionIn(SERVICE_ACCOUNT);
  const tenantRoots = [await sessionIn(TENANT_ACCOUNTS[0]), await sessionIn(TENANT_ACCOUNTS[1])] as const;
  const settings = clientSettings('own', REGION, root);
  const [catalogTable, workBucket, lockedBucket] = ['holdfast', 'contract-work', 'contract-locked'];
  const { AttributeDefinitions, KeySchema, BillingMode } = tableDefinition;
  await new DynamoDBClient(settings).send(
    new CreateTableCommand({
      TableName: catalogTable,
      AttributeDefinitions: [...AttributeDefinitions],
      KeySchema: [...KeySchema],
      BillingMode,
    }),
  );
  const s3 = new S3Client(settings);
  for (const Bucket of [workBucket, lockedBucket])
    await s3.send(
      new CreateBucketCommand({
        Bucket,
        ObjectLockEnabledForBucket: Bucket === lockedBucket,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
  const ec2 = new EC2Client(clientSettings('own', REGION, tenantRoots[0]));
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  );
  const image = Images.find(({ Platform, RootDeviceName }) => Platform === undefined && RootDeviceName === '/dev/xvda');
  if (image?.ImageId === undefined) throw new Error('moto has no image of Linux with /dev/xvda');
  return {
    name: 'moto',
    endpoint,
    tenants: [tenantIn(TENANT_ACCOUNTS[0]), tenantIn(TENANT_ACCOUNTS[1])],
    hubRoleArn: `arn:aws:iam::${SERVICE_ACCOUNT}:role/holdfast-hub`,
    image: { id: image.ImageId, rootDevice: '/dev/xvda' },
    catalogTable,
    workBucket,
    lockedBucket,
    as: () => root,
    root: (tenant) => (tenant === undefined ? root : tenantRoots[tenant]),
    stop: async () => {},
  };
};
