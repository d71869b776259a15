/** What an operator deploys in a service account that is not the control plane's. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type AutomaticNodes,
  LATEST_IMAGE,
  nodeEnvironment,
  serviceAccountNames,
  wantedNodes,
} from '../../core/domain/automatic-nodes.ts';
import { type Template, templateText } from '../../core/domain/cloudformation.ts';
import { nodeUserData, settingsOfUserData } from '../../core/domain/node-user-data.ts';
import { serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import { accessNodesTemplate } from '../../core/domain/service-account-template.ts';
import { windowsNodeUserData } from '../../core/domain/windows-node-user-data.ts';

const HYPERVISOR = 'hv-0199aaaa-0000-7000-8000-000000000001';
const queues = {
  restores: `https://sqs.eu-central-1.amazonaws.com/111111111111/holdfast-dev-${HYPERVISOR}-restores`,
  work: `https://sqs.eu-central-1.amazonaws.com/111111111111/holdfast-dev-${HYPERVISOR}-work`,
};
const nodes: AutomaticNodes = {
  zones: ['eu-west-1a'],
  queues,
  environment: nodeEnvironment({
    hypervisorId: HYPERVISOR,
    region: 'eu-central-1',
    queues,
    brokerFunctionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:holdfast-dev-broker',
    nodeRoleArn: 'arn:aws:iam::111111111111:role/holdfast-dev-node-000000000001',
  }),
  instanceType: 'c7g.xlarge',
  imageId: LATEST_IMAGE,
  instanceProfileName: 'unused: the template makes its own',
  most: 10,
  ordersPerNode: 4,
  scaledBy: 'control-plane',
  software: 's3://artefacts/access-node.tar.gz',
};
const access = {
  stage: 'dev',
  accountId: '444444444444',
  region: 'eu-west-1',
  hubRoleArn: 'arn:aws:iam::111111111111:role/holdfast-dev-hub',
  brokerRoleArn: 'arn:aws:iam::111111111111:role/holdfast-dev-broker',
  operatorRoleArn: 'arn:aws:iam::111111111111:role/holdfast-dev-operator-api',
  externalId: 'random',
};
const nodesOf = { stage: 'dev', hypervisorId: HYPERVISOR, controlPlaneAccountId: '111111111111' };

/** Every function of a template, as [name, argument]. */
const functionsIn = (node: unknown): [string, unknown][] => {
  if (node === null || typeof node !== 'object') return [];
  if (Array.isArray(node)) return node.flatMap(functionsIn);
  return Object.entries(node).flatMap(([key, value]): [string, unknown][] => [
    ...(key === 'Ref' || key.startsWith('Fn::') ? [[key, value] as [string, unknown]] : []),
    ...functionsIn(value),
  ]);
};

const templates: Record<string, Template> = {
  'lets the control plane in': serviceAccessTemplate(access),
  'lets the control plane in, with a library': serviceAccessTemplate({ ...access, library: { bucket: 'vault' } }),
  'gives nodes that are added by hand a role': accessNodesTemplate(nodesOf),
  'launches nodes': accessNodesTemplate({ ...nodesOf, automatic: nodes }),
  'launches nodes in any zone': accessNodesTemplate({ ...nodesOf, automatic: { ...nodes, zones: [] } }),
  'launches nodes in subnets': accessNodesTemplate({ ...nodesOf, automatic: { ...nodes, subnets: ['subnet-0123'] } }),
};

/** What is set on something that the template makes: a name alone would not have CloudFormation wait for it. */
const SET_ON: Readonly<Record<string, readonly [property: string, on: string]>> = {
  'AWS::S3::BucketPolicy': ['Bucket', 'AWS::S3::Bucket'],
  'AWS::IAM::InstanceProfile': ['Roles', 'AWS::IAM::Role'],
  'AWS::AutoScaling::AutoScalingGroup': ['LaunchTemplate', 'AWS::EC2::LaunchTemplate'],
};

describe('a template for a service account', () => {
  for (const [what, template] of Object.entries(templates)) {
    it(`${what}: refers to its own resources only, and to roles by names that IAM takes`, () => {
      assert.deepEqual(JSON.parse(templateText(template)), template, 'nothing undefined, nothing that JSON changes');
      for (const [name, argument] of functionsIn(template)) {
        const target = name === 'Ref' ? argument : name === 'Fn::GetAtt' ? (argument as string[])[0] : undefined;
        if (target === undefined) assert.ok(['Fn::Base64', 'Fn::GetAZs'].includes(name), name);
        else assert.ok(template.Resources[target as string], `${name} ${String(target)}`);
      }
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type !== 'AWS::IAM::Role') continue;
        assert.match(String(Properties.RoleName), /^holdfast-[\w-]{1,55}$/);
        assert.doesNotMatch(JSON.stringify(Properties.Policies), /"Action":"\*"|:\*"[,\]]/, 'no wildcard action');
      }
    });
  }

  it('has what is set on a resource made after it', () => {
    const seen = new Set<string>();
    for (const { Resources } of Object.values(templates))
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        const [property, on] = SET_ON[Type] ?? [];
        if (property === undefined) continue;
        seen.add(Type);
        const refers = functionsIn(Properties[property]).map(([name, to]) => (name === 'Ref' ? String(to) : ''));
        assert.ok(
          refers.some((to) => Resources[to]?.Type === on),
          `${id} is made beside its ${on}`,
        );
      }
    assert.deepEqual([...seen].sort(), Object.keys(SET_ON).sort());
  });

  it("keeps the library's data when the stack is deleted", () => {
    const { Resources } = templates['lets the control plane in, with a library'] as Template;
    for (const name of ['LibraryBucket', 'LibraryKey']) {
      assert.match(
        Resources[name]?.DeletionPolicy ?? '',
        name === 'LibraryKey' ? /^Retain$/ : /^RetainExceptOnCreate$/,
      );
      assert.equal(Resources[name]?.UpdateReplacePolicy, 'Retain');
    }
  });

  it('never sets how many nodes there are: that is what the control plane has set since', () => {
    const { AutoScalingGroup } = (templates['launches nodes'] as Template).Resources;
    assert.deepEqual([AutoScalingGroup?.Properties.MinSize, AutoScalingGroup?.Properties.MaxSize], ['0', '10']);
    assert.ok(!('DesiredCapacity' in (AutoScalingGroup?.Properties ?? {})));
  });

  it('has names that fit, however long the name of the stage', () => {
    const names = serviceAccountNames('a-stage-of-thirty-characters-x', HYPERVISOR);
    assert.ok(names.nodeRoleName.length <= 64 && names.nodeControlRoleName.length <= 64);
    assert.ok(names.launchTemplateName.length <= 128);
    assert.notDeepEqual(
      serviceAccountNames('dev', `${HYPERVISOR.slice(0, -1)}2`),
      serviceAccountNames('dev', HYPERVISOR),
    );
  });
});

describe("an access node's user data", () => {
  it('is a script that bash can read, and says what the node is told', () => {
    for (const software of [undefined, 's3://artefacts/access-node.tar.gz']) {
      const text = nodeUserData({ environment: nodes.environment, ...(software ? { software } : {}) });
      execFileSync('bash', ['-n'], { input: text });
      assert.deepEqual(settingsOfUserData(text), nodes.environment);
      assert.equal(text.includes('aws s3 cp'), software !== undefined);
      assert.ok(Buffer.byteLength(text) < 16_384, 'the most that EC2 takes');
    }
    assert.equal(settingsOfUserData('#!/bin/bash\necho hello\n'), undefined);
  });

  it('unpacks no archive but the one whose hash it names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
    try {
      const archive = join(folder, 'node.tar.gz');
      writeFileSync(archive, 'what was built');
      const sha256 = createHash('sha256').update('what was built').digest('hex');
      const text = nodeUserData({ environment: {}, software: `s3://artefacts/node.tar.gz#sha256=${sha256}` });
      const script = `set -euo pipefail
export TMPDIR='${folder}'
install() { :; }
aws() { [ "$4" = s3://artefacts/node.tar.gz ]; cp '${archive}' "$5"; }
tar() { echo unpacked; }
function /opt/holdfast-node/install.sh { echo installed; }
${text.slice(text.indexOf('install -d -m 0755 /opt/holdfast-node'))}`;
      const run = () => spawnSync('bash', { input: script, encoding: 'utf8' });
      const good = run();
      assert.deepEqual([good.status, good.stdout], [0, 'unpacked\ninstalled\n'], good.stderr);
      writeFileSync(archive, 'what somebody else has put there');
      const bad = run();
      assert.deepEqual([bad.status, bad.stdout], [1, '']);
      assert.match(bad.stderr, /another SHA-256/);
      const windows = windowsNodeUserData({ environment: {}, software: `s3://artefacts/node.zip#sha256=${sha256}` });
      assert.match(
        windows,
        new RegExp(`-Key 'node.zip'[^]*Get-FileHash[^]*-ne '${sha256}'\\) { throw[^]*Expand-Archive`),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const value of ['a\nHOLDFAST-SETTINGS\nrm -rf /', '$(reboot)', "it's", 'a b'])
    it(`takes no setting that a script could stumble over: ${JSON.stringify(value)}`, () => {
      assert.throws(() => nodeUserData({ environment: { HOLDFAST_X: value } }), RangeError);
      assert.throws(() => nodeUserData({ environment: {}, software: value }), RangeError);
    });
});

describe('how many nodes are wanted', () => {
  for (const [orders, desired, wanted] of [
    [0, 0, 0],
    [1, 0, 1],
    [4, 0, 1],
    [5, 1, 2],
    [1_000, 2, 10],
    [1, 3, 3],
    [0, 3, 0],
  ] as const)
    it(`is ${wanted} for ${orders} orders, where there are ${desired}`, () => {
      assert.equal(wantedNodes(orders, { desired, most: 10, ordersPerNode: 4 }), wanted);
    });
});
