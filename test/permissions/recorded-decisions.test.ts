import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DescribeInstancesCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mutationsOf } from '../../dev/permissions/mutations.ts';
import { actionsOf, noticedByJobs } from '../../dev/permissions/notice.ts';
import { TENANT } from '../../dev/permissions/place.ts';
import { usesOf } from '../../dev/permissions/recorded.ts';
import { createRecorder, readRecordings } from '../../dev/permissions/recording.ts';
import { type ShippedDocument, sessionOf } from '../../dev/permissions/shipped.ts';
import { startCloud } from '../../local/cloud.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';

const REGION = 'eu-central-1';
const SEE: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'SeeWhatThereIs',
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances', 'ec2:DescribeVolumes', 'ec2:DescribeImages'],
      Resource: '*',
    },
    { Sid: 'SeeVolumes', Effect: 'Allow', Action: 'ec2:DescribeVolumes', Resource: '*' },
  ],
};
const document: ShippedDocument = {
  name: 'tenant',
  kind: 'identity',
  statements: [SEE.Statement].flat(),
  holder: sessionOf(TENANT, 'holdfast-tenant'),
};

test('what calls were allowed is kept, and misses what is taken out; what nobody needed is missed by nobody', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-recorded-'));
  const recorder = createRecorder(join(folder, 'recordings'));
  const cloud = await startCloud({ dataDir: join(folder, 'cloud'), onDecision: recorder.onDecision });
  t.after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { admin } = cloud;
  admin.createAccount(TENANT, 'tenant');
  const { arn } = admin.putRole({
    accountId: TENANT,
    name: 'holdfast-tenant',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: { see: SEE },
  });
  const as = (sessionName: string): EC2Client => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = admin.credentialsForRole(arn, sessionName);
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return new EC2Client({ endpoint: cloud.endpoint, region: REGION, credentials, maxAttempts: 1 });
  };
  const ec2 = as('job-1');
  await ec2.send(new DescribeInstancesCommand({}));
  await as('job-2').send(new DescribeInstancesCommand({}));
  await ec2.send(new DescribeVolumesCommand({}));
  // A check tries what it may: that is no use of it.
  await as('holdfast-check').send(new DescribeInstancesCommand({}));
  await cloud.kernel.call(admin.rootPrincipal(TENANT), REGION, 'ec2', 'DescribeImages', {});

  recorder.stop();
  const questions = readRecordings(join(folder, 'recordings'));
  assert.deepEqual(questions.map(({ access }) => access.action).toSorted(), [
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
  ]);

  const { uses } = usesOf(questions, [document]);
  assert.deepEqual(actionsOf([document], uses).get('tenant'), {
    used: ['ec2:DescribeInstances', 'ec2:DescribeVolumes'],
    unused: ['ec2:DescribeImages'],
  });
  const noticed = noticedByJobs(mutationsOf([document]), uses);
  assert.deepEqual(
    noticed.map(({ mutation, by }) => [`${mutation.statement}: ${mutation.change}`, by]),
    [
      ['SeeWhatThereIs: action ec2:DescribeInstances removed', ['ec2:DescribeInstances']],
      // The other statement says it, too: one of the two is too much.
      ['SeeWhatThereIs: action ec2:DescribeVolumes removed', []],
      ['SeeWhatThereIs: action ec2:DescribeImages removed', []],
      ['SeeVolumes: action ec2:DescribeVolumes removed', []],
    ],
  );

  // Put together of parts: what a part says is the part's, and each part is missed or not as a whole.
  const parts = document.statements.map((statement): ShippedDocument => {
    const { holder, ...part } = document;
    return { ...part, name: `parts/${statement.Sid}`, statements: [statement] };
  });
  const role: ShippedDocument = { ...document, parts };
  assert.deepEqual(
    noticedByJobs(mutationsOf([role]), usesOf(questions, [role]).uses).map(({ mutation, by }) => [mutation.name, by]),
    [
      ['tenant: parts/SeeWhatThereIs taken away', ['ec2:DescribeInstances']],
      ['tenant: parts/SeeVolumes taken away', []],
    ],
  );
});
