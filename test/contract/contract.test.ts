/**
 * What the adapters rely on, asked of a whole cloud: the local one, or with HOLDFAST_CONTRACT_MOTO the moto server that
 * listens at that address (`npm run verify:moto`).
 */
import { after, before, describe } from 'node:test';
import { accountsContract } from './accounts.ts';
import { blocksContract } from './blocks.ts';
import { bucketsContract } from './buckets.ts';
import { catalogContract } from './catalog.ts';
import type { ContractCloud } from './cloud.ts';
import { encryptedVolumesContract } from './encrypted-volumes.ts';
import { executionsContract } from './executions.ts';
import { instancesContract } from './instances.ts';
import { openLocalCloud } from './local-cloud.ts';
import { openMotoCloud } from './moto-cloud.ts';
import { schedulesContract } from './schedules.ts';
import { keysContract, queuesContract, secretsContract } from './services.ts';
import { snapshotsContract } from './snapshots.ts';
import { storesContract } from './stores.ts';
import { volumesContract } from './volumes.ts';
import { workAreaContract } from './work-area.ts';

const moto = process.env.HOLDFAST_CONTRACT_MOTO;

describe('the contract', () => {
  let opened: ContractCloud;
  before(async () => {
    opened = moto ? await openMotoCloud(moto) : await openLocalCloud();
  });
  after(() => opened.stop());
  const cloud = (): ContractCloud => opened;

  accountsContract(cloud);
  instancesContract(cloud);
  snapshotsContract(cloud);
  volumesContract(cloud);
  encryptedVolumesContract(cloud);
  blocksContract(cloud);
  bucketsContract(cloud);
  storesContract(cloud);
  workAreaContract(cloud);
  queuesContract(cloud);
  keysContract(cloud);
  secretsContract(cloud);
  schedulesContract(cloud);
  executionsContract(cloud);
  catalogContract(cloud);
});
