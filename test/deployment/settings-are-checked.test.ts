// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation puts the account in
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubtfulSettings } from '../../dev/deployment/check-settings.ts';
import ServerlessPlugin from '../../dev/deployment/serverless-plugin.ts';

const HASH = `sha256=${'0a'.repeat(32)}`;
const OBJECTS = 'arn:aws:s3:::holdfast-prod-node-software-${AWS::AccountId}/*';

/** Packages nothing: what is said before. Answers the warnings. */
const packagingOf = (stage: string, custom: Readonly<Record<string, string>>): readonly string[] => {
  const warnings: string[] = [];
  const serverless = {
    service: { custom: { nodeSoftwareObjects: OBJECTS, ...custom } },
    getProvider: () => ({ getStage: () => stage, getRegion: () => 'eu-central-1' }),
  };
  const plugin = new ServerlessPlugin(serverless as never, {}, { log: { warning: (text) => warnings.push(text) } });
  plugin.hooks['before:package:cleanup']?.();
  return warnings;
};

test('no stage is packaged whose name another’s permissions would reach, or whose names AWS would not take', () => {
  for (const stage of ['dev', 'prod2', 'a'.repeat(20)]) packagingOf(stage, {});
  for (const stage of ['prod-eu', 'Prod', '2nd', '', 'a_b', 'a'.repeat(21)])
    assert.throws(() => packagingOf(stage, {}), /lower-case letters and digits/, stage);
});

test('nodes’ software that their boundary does not let them read is refused', () => {
  const ours = 's3://holdfast-prod-node-software-999999999999/node-0.2.0-linux.tar.gz';
  packagingOf('prod', { nodeSoftware: ours, windowsNodeSoftware: ours.replace('linux.tar.gz', 'windows.zip') });
  for (const software of [
    's3://holdfast-prod-node-software/node.tar.gz',
    's3://holdfast-prod-node-software-99999999999x/node.tar.gz',
    's3://xholdfast-prod-node-software-999999999999/node.tar.gz',
  ])
    for (const name of ['nodeSoftware', 'windowsNodeSoftware'])
      assert.throws(() => packagingOf('prod', { [name]: software }), new RegExp(`custom.${name} is ${software}`));
  assert.throws(() => packagingOf('prod', { nodeSoftware: 'node.tar.gz' }), /s3:\/\/bucket\/key is needed/);
});

test('software whose hash is not named is no error, and is said; a hash that is none is an error', () => {
  const of = (end: string) => `s3://holdfast-prod-node-software-999999999999/node${end}`;
  const [linux, windows, ...more] = packagingOf('prod', {
    firstService: 'no',
    nodeSoftware: of('.tar.gz'),
    windowsNodeSoftware: of('.zip'),
  });
  assert.match(linux ?? '', /custom\.nodeSoftware has no #sha256/);
  assert.match(windows ?? '', /custom\.windowsNodeSoftware has no #sha256/);
  assert.deepEqual(more, []);
  assert.deepEqual(packagingOf('prod', { nodeSoftware: of(`.tar.gz#${HASH}`) }), []);
  for (const wrong of ['#', '#sha256=', `#${HASH}0`, `#${HASH.toUpperCase()}`, `#md5=${'0'.repeat(32)}`])
    assert.throws(() => packagingOf('prod', { nodeSoftware: of(wrong) }), /64 hexadecimal digits/, wrong);
});

test('subnets that are none are refused', () => {
  packagingOf('prod', { nodeSubnets: 'subnet-0123456789abcdef0,subnet-0a' });
  for (const nodeSubnets of ['subnet-0a, subnet-0b', 'vpc-0a', 'subnet-0a,'])
    assert.throws(() => packagingOf('prod', { nodeSubnets }), /custom\.nodeSubnets/, nodeSubnets);
});

test('automatic nodes without software are no error, and are said', () => {
  const [warning, ...more] = packagingOf('prod', { firstService: 'yes', nodeImage: '', nodeSoftware: '' });
  assert.match(warning ?? '', /without any software/);
  assert.deepEqual(more, []);
  for (const custom of [
    { firstService: 'no' },
    { firstService: 'yes', nodeImage: 'ami-0123456789abcdef0' },
    { firstService: 'yes', nodeSoftware: `s3://holdfast-prod-node-software-999999999999/node.tar.gz#${HASH}` },
  ])
    assert.deepEqual(doubtfulSettings(custom), []);
});
