import assert from 'node:assert/strict';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { startWorld } from '../adapters/world.ts';
import { type ContractCloud, REGION, SERVICE_ACCOUNT } from './cloud.ts';

/** The local cloud with what a deployment puts there: its own roles, and tenants with the shipped permissions. */
export const openLocalCloud = async (): Promise<ContractCloud> => {
  const world = await startWorld();
  const { cloud } = world;
  const root = cloud.admin.rootAccessKey(SERVICE_ACCOUNT);
  const lockedBucket = 'contract-locked';
  const s3 = new S3Client(clientSettings('own', REGION, root));
  await s3.send(
    new CreateBucketCommand({
      Bucket: lockedBucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
  return {
    name: 'the local cloud',
    endpoint: cloud.endpoint,
    tenants: world.tenants,
    hubRoleArn: world.arn('HubRole'),
    image: { id: SEED_IMAGES.linux, rootDevice: '/dev/xvda' },
    catalogTable: world.ref('Table'),
    workBucket: world.ref('WorkBucket'),
    lockedBucket,
    as: world.as,
    root: (tenant) => (tenant === undefined ? root : (world.accounts[tenant]?.user ?? assert.fail())),
    async guestWrites(volumeId, block, count) {
      const url = `${cloud.endpoint}/_local/volumes/${volumeId}/data?offset=${block * 524_288}`;
      const headers = { 'x-local-control': cloud.controlToken };
      const body = Buffer.alloc(count * 524_288, (block % 250) + 1);
      const answer = await fetch(url, { method: 'PUT', headers, body });
      assert.equal(answer.status, 200, await answer.text());
    },
    stop: world.stop,
  };
};
