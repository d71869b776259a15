/** How AWS fails, and what we make of it: over the wire, and by name. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { EBSClient } from '@aws-sdk/client-ebs';
import { CreateSnapshotsCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { callOwn, isOutcomeUnknown, isTransient } from '../../adapters/aws/classify.ts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createSnapshotsOfInstance } from '../../adapters/aws/ec2-create-snapshots.ts';
import { createS3WorkArea } from '../../adapters/aws/s3-work-area.ts';
import { callTenant } from '../../adapters/aws/tenant-calls.ts';
import { uuidv7Ids } from '../../adapters/system.ts';
import { TAG } from '../../core/domain/effect.ts';
import { aTenant } from './records.ts';

const named = (name: string, more: object = {}): Error => Object.assign(new Error('no'), { name, ...more });

describe('an error of AWS', () => {
  it('is worth another try when AWS throttles, fails or is out of reach', () => {
    for (const error of [
      named('RequestLimitExceeded', { $metadata: { httpStatusCode: 503 } }),
      named('ThrottlingException'),
      named('SlowDown', { $metadata: { httpStatusCode: 503 } }),
      named('Whatever', { $metadata: { httpStatusCode: 429 } }),
      named('ProvisionedThroughputExceededException'),
      named('InternalError', { $metadata: { httpStatusCode: 500 } }),
      named('Whatever', { $metadata: { httpStatusCode: 502 } }),
      named('TimeoutError'),
      named('Error', { code: 'ECONNRESET' }),
      named('Error', { code: 'EAI_AGAIN' }),
      new SyntaxError('Unexpected end of JSON input'),
    ])
      assert.ok(isTransient(error), JSON.stringify(error));
  });

  it('is not when it would only come again', () => {
    for (const name of ['ValidationException', 'AccessDenied', 'InvalidParameterValue', 'ResourceNotFoundException'])
      assert.ok(!isTransient(named(name, { $metadata: { httpStatusCode: 400 } })), name);
    assert.ok(!isTransient(undefined));
    assert.ok(!isTransient('text'));
  });

  it('leaves the outcome open unless it was a throttle', () => {
    assert.ok(!isOutcomeUnknown(named('RequestLimitExceeded', { $metadata: { httpStatusCode: 503 } })));
    assert.ok(isOutcomeUnknown(named('InternalError', { $metadata: { httpStatusCode: 500 } })));
    assert.ok(isOutcomeUnknown(named('TimeoutError')));
    assert.ok(!isOutcomeUnknown(named('UnauthorizedOperation', { $metadata: { httpStatusCode: 403 } })));
  });

  it('keeps its name as cause', async () => {
    const cause = named('ThrottlingException');
    await assert.rejects(
      callOwn('x:Y', () => Promise.reject(cause)),
      (error: Error) => error.cause === cause,
    );
    const permanent = named('ValidationException');
    await assert.rejects(
      callOwn('x:Y', () => Promise.reject(permanent)),
      (error) => error === permanent,
    );
  });
});

describe('an answer that', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A work area whose S3 answers like this; calls may take 400 ms. */
  const workAreaOf = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const client = new S3Client({
      ...clientSettings('own', 'eu-central-1', { accessKeyId: 'test', secretAccessKey: 'test' }, 400),
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    return createS3WorkArea({ client, bucket: 'bucket' });
  };

  const cases: Readonly<Record<string, RequestListener>> = {
    'never comes': () => {},
    'stalls in its body': (_, answer) => {
      answer.writeHead(200, { 'content-length': 100 });
      answer.write('{"a":');
    },
    'is cut off': (_, answer) => {
      answer.writeHead(200, { 'content-length': 100 });
      answer.write('{"a":');
      setTimeout(() => answer.destroy(), 20);
    },
    'is malformed': (_, answer) => answer.end('{"a":'),
    'is a 500 without a body': (_, answer) => answer.writeHead(500).end(),
  };
  for (const [name, listener] of Object.entries(cases)) {
    it(`${name} is a TransientFailure, within the time allowed`, async () => {
      const work = await workAreaOf(listener);
      const start = Date.now();
      await assert.rejects(work.getJson('key'), { name: 'TransientFailure' });
      assert.ok(Date.now() - start < 3_000);
    });
  }
});

describe('taking snapshots', () => {
  const waits: number[] = [];
  const tags = { [TAG.operation]: 'op-1', [TAG.job]: 'job-1' };
  const reach = {
    ec2: new EC2Client({ region: 'eu-central-1' }),
    ebs: new EBSClient({ region: 'eu-central-1' }),
    ssm: new SSMClient({ region: 'eu-central-1' }),
    jobId: 'job-1',
    ids: uuidv7Ids,
    wait: async (ms: number) => void waits.push(ms),
    call: <T>(action: string, run: () => Promise<T>) => callTenant(aTenant('hv-a', '222222222222'), action, run),
  };
  const failing = (error: Error) => {
    const ec2 = mockClient(EC2Client);
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
    ec2.on(CreateSnapshotsCommand).rejects(error);
    return ec2;
  };

  for (const [awsName, ours] of [
    ['RequestLimitExceeded', 'AccountAtLimit'],
    ['ConcurrentSnapshotLimitExceeded', 'AccountAtLimit'],
    ['SnapshotCreationPerVolumeRateExceeded', 'AccountAtLimit'],
    ['UnauthorizedOperation', 'TenantAccessLost'],
    ['InvalidInstanceID.NotFound', 'InstanceNotFound'],
    ['ResourceLimitExceeded', 'SnapshotFailed'],
    ['InvalidParameterValue', 'SnapshotFailed'],
  ] as const) {
    it(`ends with ${ours} on ${awsName}, after one call`, async () => {
      const ec2 = failing(named(awsName));
      await assert.rejects(createSnapshotsOfInstance(reach)('i-00000001', [], tags), { name: ours });
      assert.equal(ec2.commandCalls(CreateSnapshotsCommand).length, 1);
      assert.equal(ec2.commandCalls(DescribeSnapshotsCommand).length, 1, 'it is looked for only before');
    });
  }

  it('looks for the set after an unknown outcome, and never creates a second time by itself', async () => {
    const ec2 = failing(named('InternalError', { $metadata: { httpStatusCode: 500 } }));
    await assert.rejects(createSnapshotsOfInstance(reach)('i-00000001', [], tags), { name: 'TransientFailure' });
    assert.equal(ec2.commandCalls(CreateSnapshotsCommand).length, 1);
    assert.ok(ec2.commandCalls(DescribeSnapshotsCommand).length > 3);
    assert.ok(waits.reduce((sum, ms) => sum + ms, 0) >= 5_000, 'EC2 shows what is new after seconds');
  });
});
