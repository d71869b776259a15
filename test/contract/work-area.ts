import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { openHttpWorkArea } from '../../adapters/aws/http-work-area.ts';
import { createS3WorkArea as createNodeWorkArea, type S3WorkAreaOptions } from '../../adapters/aws/node-work-area.ts';
import { createS3WorkArea } from '../../adapters/aws/s3-work-area.ts';
import type { WorkArea } from '../../core/ports/control.ts';
import type { OrderWorkArea } from '../../core/ports/node-control.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';

const PLAN = { segments: ['ä', 1, null] };

export const workAreaContract = (cloud: TheCloud): void => {
  describe('the work area, for steps', () => {
    let work: WorkArea;
    let folder: string;
    before(() => {
      const client = new S3Client(clientSettings('own', REGION, cloud().as('PlanTransferRole')));
      work = createS3WorkArea({ client, bucket: cloud().workBucket });
      folder = `work/${freshName('job')}/1`;
    });

    it('says undefined of what is not there', async () => {
      assert.equal(await work.getJson(`${folder}/none.json`), undefined);
    });

    it('keeps JSON, the newest', async () => {
      await work.putJson(`${folder}/plan.json`, [{ orderId: 'ord-1' }]);
      await work.putJson(`${folder}/plan.json`, PLAN);
      assert.deepEqual(await work.getJson(`${folder}/plan.json`), PLAN);
    });

    it('copies what is there, and says what is not', async () => {
      await work.putJson(`${folder}/a b/ö+.json`, PLAN);
      assert.equal(await work.copy(`${folder}/a b/ö+.json`, `${folder}/copy.json`), true);
      assert.deepEqual(await work.getJson(`${folder}/copy.json`), PLAN);
      assert.equal(await work.copy(`${folder}/none.json`, `${folder}/copy-2.json`), false);
    });

    it('does not take what is refused for absent', async () => {
      await assert.rejects(work.getJson('elsewhere/x.json'));
    });
  });

  const kinds: Readonly<Record<string, (options: S3WorkAreaOptions) => OrderWorkArea>> = {
    'the SDK': createNodeWorkArea,
    'own HTTP': (options) => openHttpWorkArea({ ...options, endpoint: cloud().endpoint, connections: 2 }),
  };
  for (const [kind, open] of Object.entries(kinds))
    describe(`the work area, for nodes by ${kind}`, () => {
      let work: OrderWorkArea;
      let folder: string;
      before(() => {
        const root = cloud().root();
        const session = { ...root, sessionToken: root.sessionToken ?? '', expiresAt: Date.now() + 3_600_000 };
        const { sessionToken: token, ...key } = session;
        const credentials = () => (token === '' ? (key as typeof session) : session);
        work = open({ region: REGION, bucket: cloud().workBucket, credentials, pathStyle: true });
        folder = `work/${freshName('job')}/1`;
      });
      after(() => work.close());

      it('keeps JSON, and says undefined of what is not there', async () => {
        assert.equal(await work.getJson(`${folder}/none.json`), undefined);
        await work.putJson(`${folder}/plan.json`, PLAN);
        assert.deepEqual(await work.getJson(`${folder}/plan.json`), PLAN);
      });

      it('reads ranges, shorter where the object ends, with the size of the whole', async () => {
        const key = `${folder}/results.bin`;
        assert.equal(await work.getRange(key, 0, 1), undefined);
        await work.putBytes(key, Buffer.from('0123456789'));
        const read = async (start: number, length: number) => {
          const { bytes, size } = (await work.getRange(key, start, length)) ?? assert.fail();
          return [Buffer.from(bytes).toString(), size];
        };
        assert.deepEqual(await read(0, 4), ['0123', 10]);
        assert.deepEqual(await read(8, 4), ['89', 10]);
      });

      it('reads an empty object as empty', async () => {
        const s3 = new S3Client(clientSettings('own', REGION, cloud().root()));
        const Key = `${folder}/empty.bin`;
        await s3.send(new PutObjectCommand({ Bucket: cloud().workBucket, Key, Body: '' }));
        const empty = await work.getRange(Key, 0, 10);
        assert.deepEqual([empty?.bytes.length, empty?.size], [0, 0]);
      });
    });
};
