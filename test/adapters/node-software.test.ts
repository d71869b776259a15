/** Nodes that fetch their software as they boot may read that one object, wherever they run, and nothing else of S3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { LATEST_IMAGE } from '../../core/domain/automatic-nodes.ts';
import { nodeUserData, softwareArn } from '../../core/domain/node-user-data.ts';
import { automaticNodesOf } from '../../core/domain/nodes-of-service.ts';
import { accessNodesTemplate } from '../../core/domain/service-account-template.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { ACME, GLOBEX, REGION, startTwoAccounts } from '../local-services/two-accounts.ts';

const HYPERVISOR = 'hv-0199aaaa-0000-7000-8000-000000000001';
const BUCKET = 'artefacts';
const KEY = 'holdfast/access-node-1.2.3.tar.gz';
const SOFTWARE = `s3://${BUCKET}/${KEY}`;
const place = { stage: 'test', accountId: ACME, region: REGION };
const elsewhere = { stage: 'test', hypervisorId: HYPERVISOR, controlPlaneAccountId: ACME };

const settings = {
  ...{ stage: 'test', controlPlaneAccountId: ACME, region: REGION, nodeImageId: LATEST_IMAGE, nodeSoftware: SOFTWARE },
  brokerFunctionArn: `arn:aws:lambda:${REGION}:${ACME}:function:holdfast-test-broker`,
};
const queue = `https://sqs.${REGION}.amazonaws.com/${ACME}/holdfast-test-${HYPERVISOR}`;
const of = (accountId: string) => ({
  ...{ hypervisorId: HYPERVISOR, accountId, region: REGION },
  queues: { restores: `${queue}-restores`, work: `${queue}-work` },
});
const automatic = automaticNodesOf(settings, of(GLOBEX), [{}]);

interface TemplateRole {
  readonly NodeRole: {
    readonly Properties: { readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[] };
  };
}
const inTemplate = (template: ReturnType<typeof accessNodesTemplate>): PolicyDocument => {
  const { NodeRole } = template.Resources as unknown as TemplateRole;
  assert.equal(NodeRole.Properties.Policies.length, 1);
  return NodeRole.Properties.Policies[0]?.PolicyDocument as PolicyDocument;
};

/** What the role of booting nodes has, by where they run and who adds them. */
const documents: readonly (readonly [where: string, accountId: string, PolicyDocument])[] = [
  [
    'in the deployment’s account',
    ACME,
    nodePermissions({ ...place, nodeSoftware: SOFTWARE })(HYPERVISOR) as PolicyDocument,
  ],
  ['in another, launched', GLOBEX, inTemplate(accessNodesTemplate({ ...elsewhere, automatic }))],
  ['in another, added by hand', GLOBEX, inTemplate(accessNodesTemplate({ ...elsewhere, software: SOFTWARE }))],
];

/** What the script that a node boots with reads of S3. */
const fetchedBy = (userData: string): readonly { Bucket: string; Key: string }[] =>
  [...userData.matchAll(/s3:\/\/([a-z0-9.-]+)\/([^\s'"]+)/g)].map(([, Bucket = '', Key = '']) => ({ Bucket, Key }));

for (const [where, accountId, document] of documents) {
  test(`nodes ${where}: they read what they boot with, and nothing else of the bucket`, async (t) => {
    const world = await startTwoAccounts([createS3]);
    t.after(() => world.close());
    const { admin, endpoint } = world.cloud;
    const clientFor = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
      new S3Client({ endpoint, region: REGION, credentials, maxAttempts: 1, forcePathStyle: true });
    const owner = clientFor(admin.rootAccessKey(accountId));
    const others = [`${KEY}.sig`, 'holdfast/access-node-1.2.4.tar.gz', 'secrets'];
    for (const Bucket of [BUCKET, 'other-bucket']) {
      await owner.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
      for (const Key of [KEY, ...others]) await owner.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    }
    admin.putRole({
      accountId,
      name: 'a-node',
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      policies: { node: document },
    });
    const session = admin.credentialsForRole(`arn:aws:iam::${accountId}:role/a-node`, 'i-0123456789abcdef0');
    const node = clientFor({
      accessKeyId: session.AccessKeyId,
      secretAccessKey: session.SecretAccessKey,
      sessionToken: session.SessionToken,
    });
    const fetched = fetchedBy(nodeUserData(automatic));
    assert.deepEqual(fetched, [{ Bucket: BUCKET, Key: KEY }]);
    for (const object of fetched) {
      await node.send(new HeadObjectCommand(object));
      assert.equal(await (await node.send(new GetObjectCommand(object))).Body?.transformToString(), KEY);
    }
    const refused: (() => Promise<unknown>)[] = [
      ...others.map((Key) => () => node.send(new GetObjectCommand({ Bucket: BUCKET, Key }))),
      () => node.send(new GetObjectCommand({ Bucket: 'other-bucket', Key: KEY })),
      ...[BUCKET, 'other-bucket'].map((Bucket) => () => node.send(new ListObjectsV2Command({ Bucket }))),
      () => node.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: 'mine' })),
      () => node.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEY })),
    ];
    for (const each of refused) await assert.rejects(each(), { name: 'AccessDenied' });
  });
}

test('nodes whose image has the software read no bucket; nor does the role that nodes of another account assume', () => {
  const withSoftware = nodePermissions({ ...place, nodeSoftware: SOFTWARE });
  for (const document of [
    nodePermissions(place)(HYPERVISOR),
    withSoftware(HYPERVISOR, 'elsewhere'),
    inTemplate(accessNodesTemplate(elsewhere)),
    inTemplate(
      accessNodesTemplate({
        ...elsewhere,
        automatic: automaticNodesOf({ ...settings, nodeSoftware: undefined as never }, of(GLOBEX), [{}]),
      }),
    ),
  ])
    assert.doesNotMatch(JSON.stringify(document), /s3:/);
  assert.match(JSON.stringify(withSoftware(HYPERVISOR)), /"s3:GetObject"/);
});

test('what is no single object is refused before it is a permission: a pattern, a folder, a bucket, another protocol', () => {
  assert.equal(softwareArn(SOFTWARE), `arn:aws:s3:::${BUCKET}/${KEY}`);
  for (const wrong of [
    's3://artefacts/*',
    's3://artefacts/a?.tgz',
    's3://artefacts',
    's3://artefacts/',
    's3://artefacts/a/',
    's3://*/a',
    'https://x/a',
    's3://a/$(reboot)',
    '',
  ])
    assert.throws(() => softwareArn(wrong), RangeError, wrong);
});
