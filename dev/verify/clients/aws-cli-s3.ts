import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import type { Answer } from './client.ts';

export const s3Checks: readonly Check[] = [
  {
    name: 'aws s3api: objects are put once, read in part, listed in both ways, and deleted',
    async run({ service, folder, region }) {
      const bucket = `clients-${randomUUID()}`;
      const [b, file, back] = [['--bucket', bucket], join(folder, 'object'), join(folder, 'object-back')];
      writeFileSync(file, '0123456789');
      await service.aws(
        's3api',
        'create-bucket',
        ...b,
        '--create-bucket-configuration',
        `LocationConstraint=${region}`,
      );
      await service.aws('s3api', 'wait', 'bucket-exists', ...b);
      const put = ['s3api', 'put-object', ...b, '--key', 'a/ö b', '--body', file];
      const { ETag } = await service.aws(...put, '--if-none-match', '*');
      assert.equal(await service.refused(...put, '--if-none-match', '*'), 'PreconditionFailed');
      await service.aws('s3api', 'get-object', ...b, '--key', 'a/ö b', '--range', 'bytes=2-4', back);
      assert.equal(readFileSync(back, 'utf8'), '234');
      assert.equal((await service.aws('s3api', 'head-object', ...b, '--key', 'a/ö b')).ETag, ETag);
      for (const key of ['a/1', 'a/2', 'c'])
        await service.aws('s3api', 'put-object', ...b, '--key', key, '--body', file);
      for (const list of ['list-objects', 'list-objects-v2']) {
        const { Contents } = await service.aws('s3api', list, ...b, '--prefix', 'a/', '--page-size', '1');
        assert.deepEqual(
          Contents.map((each: Answer) => each.Key),
          ['a/1', 'a/2', 'a/ö b'],
          list,
        );
        const { CommonPrefixes } = await service.aws('s3api', list, ...b, '--delimiter', '/');
        assert.deepEqual(CommonPrefixes, [{ Prefix: 'a/' }], list);
      }
      await service.aws('s3', 'rm', `s3://${bucket}`, '--recursive');
      await service.aws('s3api', 'delete-bucket', ...b);
    },
  },
  {
    name: 'aws s3: a large file goes up in parts and comes back identical; cp, ls and sync',
    async run({ service, folder }) {
      const bucket = `clients-${randomUUID()}`;
      const [file, back] = [join(folder, 'large'), join(folder, 'large-back')];
      writeFileSync(file, randomBytes(20_000_001));
      await service.aws('s3', 'mb', `s3://${bucket}`);
      await service.aws('s3', 'cp', '--no-progress', file, `s3://${bucket}/x/large`);
      assert.match(await service.aws('s3', 'ls', '--recursive', `s3://${bucket}`), /20000001 x\/large/);
      await service.aws('s3', 'cp', '--no-progress', `s3://${bucket}/x/large`, back);
      assert.ok(readFileSync(back).equals(readFileSync(file)));
      writeFileSync(file, 'small');
      await service.aws('s3', 'cp', '--no-progress', file, `s3://${bucket}/x/small`);
      await service.aws('s3', 'cp', '--no-progress', `s3://${bucket}/x/small`, `s3://${bucket}/copy/small`);
      await service.aws('s3', 'sync', '--no-progress', `s3://${bucket}/copy`, join(folder, 'synced'));
      assert.equal(readFileSync(join(folder, 'synced/small'), 'utf8'), 'small');
    },
  },
  {
    name: 'aws s3api: Object Lock keeps a version from being deleted, and versions are listed',
    async run({ service, folder, region }) {
      const bucket = `clients-${randomUUID()}`;
      const [b, file] = [['--bucket', bucket], join(folder, 'locked')];
      writeFileSync(file, 'locked');
      await service.aws(
        ...['s3api', 'create-bucket', ...b, '--object-lock-enabled-for-bucket'],
        ...['--create-bucket-configuration', `LocationConstraint=${region}`],
      );
      const lock = await service.aws('s3api', 'get-object-lock-configuration', ...b);
      assert.equal(lock.ObjectLockConfiguration.ObjectLockEnabled, 'Enabled');
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const { VersionId } = await service.aws(
        ...['s3api', 'put-object', ...b, '--key', 'k', '--body', file, '--object-lock-mode', 'COMPLIANCE'],
        ...['--object-lock-retain-until-date', until],
      );
      const version = [...b, '--key', 'k', '--version-id', VersionId];
      assert.equal((await service.aws('s3api', 'get-object-retention', ...version)).Retention.Mode, 'COMPLIANCE');
      assert.equal(await service.refused('s3api', 'delete-object', ...version), 'AccessDenied');
      await service.aws('s3api', 'delete-object', ...b, '--key', 'k');
      const all = await service.aws('s3api', 'list-object-versions', ...b);
      assert.deepEqual([all.Versions.length, all.DeleteMarkers.length], [1, 1]);
    },
  },
];
