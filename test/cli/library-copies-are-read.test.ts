import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { createTenantKeys } from '../../library/tenant-keys.ts';
import { copyBucket, objectsOf } from '../library/copy-bucket.ts';
import { createLocalKeyWrapper } from '../library/local-key-wrapper.ts';
import { type LocalS3, startLocalS3 } from '../library/local-s3.ts';
import { type CliResult, runCli } from './run-cli.ts';

const PREFIX = 'tenants/hv-1';
const LIBRARY = 'the-library';
const recovery = createRecoveryKeyPair(randomBytes);

describe('a copy of a library is read like the library, though its versions are others', () => {
  let local: LocalS3;
  let s3: S3Client;
  let folder = '';
  let recoveryPointId = '';
  const content = randomBytes(3 * 524_288);

  const holdfast = (library: string, ...args: readonly string[]): Promise<CliResult> => {
    const { endpoint, region, credentials } = local.place;
    const { accessKeyId, secretAccessKey } = credentials();
    const env = {
      ...{ HOLDFAST_LIBRARY: library, HOLDFAST_RECOVERY_KEY: recovery.privateKey },
      ...{ AWS_REGION: region, AWS_ENDPOINT_URL: endpoint },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    };
    return runCli(['library', ...args], { env });
  };
  const assertRead = async (library: string): Promise<void> => {
    const image = join(folder, randomBytes(4).toString('hex'));
    const { code, err } = await holdfast(library, 'cat', recoveryPointId, '-o', image);
    assert.equal(code, 0, err);
    assert.ok(readFileSync(image).equals(content));
  };

  before(async () => {
    local = await startLocalS3();
    s3 = local.client();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-copies-'));
    const store = createS3ObjectStore({ client: s3, bucket: await local.bucket(LIBRARY, true), prefix: PREFIX });
    await createTenantKeys({
      ...{ store, wrapper: createLocalKeyWrapper('test'), recoveryPublicKey: recovery.publicKey },
      ...{ tenant: 'hv-00000001', library: 'lib-1', random: randomBytes },
    });
    const image = join(folder, 'disk.img');
    writeFileSync(image, content);
    const { code, out, err } = await holdfast(`s3://${LIBRARY}/${PREFIX}`, 'import', image, '--json');
    assert.equal(code, 0, err);
    ({ recoveryPointId } = JSON.parse(out));
  });
  after(async () => {
    await local.close();
    rmSync(folder, { recursive: true });
  });

  for (const versioned of [false, true])
    test(`in a bucket ${versioned ? 'with' : 'without'} versions`, async () => {
      const bucket = await local.bucket(`copy-${versioned}`, versioned);
      await copyBucket({ s3, bucket: LIBRARY }, { s3, bucket });
      await assertRead(`s3://${bucket}/${PREFIX}`);
    });

  test('in a folder', async () => {
    for await (const [key, bytes] of objectsOf({ s3, bucket: LIBRARY })) {
      const path = join(folder, 'copy', key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    await assertRead(join(folder, 'copy', PREFIX));
  });

  test('a copy that lacks an object says so', async () => {
    const bucket = await local.bucket('half-a-copy');
    await copyBucket({ s3, bucket: LIBRARY }, { s3, bucket });
    for await (const [Key] of objectsOf({ s3, bucket }))
      if (Key.includes('/packs/')) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    const { code, err } = await holdfast(
      `s3://${bucket}/${PREFIX}`,
      'cat',
      recoveryPointId,
      '-o',
      join(folder, 'half'),
    );
    assert.equal(code, 1, err);
    assert.match(err, /MissingObject/);
  });

  test('in the library itself it is the version that was written that counts, whatever hides it since', async () => {
    let hidden = 0;
    for await (const [Key, { length }] of objectsOf({ s3, bucket: LIBRARY })) {
      if (!/\/(maps|pages|packs)\//.test(Key)) continue;
      await s3.send(new PutObjectCommand({ Bucket: LIBRARY, Key, Body: Buffer.alloc(length) }));
      hidden++;
    }
    assert.ok(hidden >= 3, `${hidden} objects`);
    await assertRead(`s3://${LIBRARY}/${PREFIX}`);
  });
});
