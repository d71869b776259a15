import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { presignedUrl } from '../../adapters/aws/publish-template.ts';
import { placeOf, publishInvitation } from '../../cli/publish-invitation.ts';
import { PROVIDER } from '../api/world-records.ts';
import { startLocalS3 } from '../library/local-s3.ts';
import { startApiServer } from './api-server.ts';
import { cliAgainst, manyAgainst } from './run-cli.ts';
import { invitationView } from './sample-hypervisors.ts';

const NEW = '444444444444';
const INVITE = ['tenant', 'invite', '--account', NEW, '--name', 'acme'];

const withEnvironment = (t: TestContext, values: Record<string, string | undefined>): void => {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  const set = (all: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(all)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(values);
  t.after(() => set(before));
};

test('the template is printed alone, and what is to be done with it beside it', async (t) => {
  const holdfast = cliAgainst(await startApiServer(t), PROVIDER);
  const { code, out, err } = await holdfast(INVITE);
  assert.equal(code, 0, err);
  const trust = JSON.parse(out).Resources.TenantRole.Properties.AssumeRolePolicyDocument;
  const externalId = /ExternalId of the account 444444444444: (\S+)/.exec(err)?.[1];
  assert.equal(trust.Statement[0].Condition.StringEquals['sts:ExternalId'], externalId);
  assert.match(err, /aws cloudformation deploy --stack-name holdfast .*CAPABILITY_NAMED_IAM --region eu-central-1/);
  const add = /Then: holdfast (.*)/.exec(err)?.[1]?.split(' ') ?? [];
  const added = await holdfast(add.map((word) => word.replaceAll("'", '')));
  assert.equal(added.code, 0, `the printed command works as it stands: ${added.err}`);
  assert.match(added.out, new RegExp(`ExternalId +${externalId}`));
  assert.match((await holdfast(INVITE)).err, /It is the tenant hypervisor hv-\S+ already/);
});

test('a name with a quote in it is printed so that a shell takes it as it is', async (t) => {
  const holdfast = cliAgainst(await startApiServer(t), PROVIDER);
  const { err } = await holdfast(['tenant', 'invite', '--account', NEW, '--name', "o'neil; date"]);
  const line = /Then: (holdfast .*)/.exec(err)?.[1] ?? '';
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).split('\n');
  assert.equal(words[words.indexOf('--name') + 1], "o'neil; date");
});

test('the template is written to a file, with the features that were asked for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-invite-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'acme.json');
  const holdfast = cliAgainst(await startApiServer(t), PROVIDER);
  const { code, out, err } = await holdfast([...INVITE, '--output', file, '--feature', 'snapshot,check']);
  assert.equal(code, 0, err);
  assert.match(out, new RegExp(`--template-file ${file} `));
  const written = readFileSync(file, 'utf8');
  assert.ok(written.includes('ec2:CreateSnapshots') && !written.includes('ec2:RunInstances'));
  const wrong = await holdfast([...INVITE, '--feature', 'everything']);
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /no feature everything: there are .*streaming/);
});

test('a place that is none is said before anybody is invited', async (t) => {
  const api = await startApiServer(t);
  const places = ['bucket/key', 's3://bucket', 's3://bucket/', 's3://bucket/folder/', 's3://B/key'];
  const results = await manyAgainst(
    api,
    PROVIDER,
  )([
    ...places.map((place) => [...INVITE, '--publish', place]),
    [...INVITE, '--publish', 's3://bucket/key', '--valid-hours', '169'],
  ]);
  for (const { code, err } of results) {
    assert.equal(code, 2, err);
    assert.match(err, /--publish|--valid-hours/);
  }
  assert.deepEqual(api.seen, []);
});

test('a published template is read by whoever has the link, for as long as it says, and by nobody else', async (t) => {
  const s3 = await startLocalS3();
  t.after(s3.close);
  const keys = s3.place.credentials();
  withEnvironment(t, {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL: s3.place.endpoint,
  });
  const bucket = await s3.bucket('our-templates', true);
  const place = placeOf(`s3://${bucket}/tenants/acme (1).json`.replaceAll(' ', '-'), s3.place.region);
  const before = Date.now();
  const { link, validUntil } = await publishInvitation(invitationView, place, 72);
  assert.ok(Math.abs(Date.parse(validUntil) - before - 72 * 3_600_000) < 60_000);
  const [page, query = ''] = link.split('?templateURL=');
  assert.equal(`${page}`.split('#')[1], '/stacks/create/review');
  assert.match(link, /^https:\/\/eu-central-1\.console\.aws\.amazon\.com\/cloudformation\/home\?region=eu-central-1#/);
  assert.ok(query.endsWith('&stackName=holdfast'));
  const url = decodeURIComponent(query.split('&')[0] ?? '');

  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), invitationView.template);
  const bare = url.split('?')[0] ?? '';
  assert.equal((await fetch(bare)).status, 403, 'without the signature');
  assert.equal((await fetch(url.replace('acme', 'bolt'))).status, 403, 'another object');
  assert.equal((await fetch(url.replace('X-Amz-Expires=259200', 'X-Amz-Expires=604800'))).status, 403, 'for longer');
  const ended = await presignedUrl(
    place,
    new URL(url).searchParams.get('versionId') ?? '',
    keys,
    60,
    new Date(Date.now() - 120_000),
  );
  assert.equal((await fetch(ended)).status, 403, 'after its end');
  await publishInvitation({ ...invitationView, template: '{"Another": true}' }, place, 1);
  assert.equal(await (await fetch(url)).text(), invitationView.template, 'though another template was put over it');

  await assert.rejects(publishInvitation(invitationView, { ...place, bucket: 'not-there' }, 1), {
    name: 'NotPublished',
    field: '--publish',
  });
  const unversioned = await s3.bucket('no-versions');
  await assert.rejects(publishInvitation(invitationView, { ...place, bucket: unversioned }, 1), {
    name: 'NotPublished',
    message: /keeps no versions/,
  });
});

test('a link that CloudFormation’s page would not take is refused, and nothing is published', async (t) => {
  withEnvironment(t, {
    AWS_ACCESS_KEY_ID: 'ASIA0000000000000000',
    AWS_SECRET_ACCESS_KEY: 'x'.repeat(40),
    AWS_SESSION_TOKEN: 't'.repeat(900),
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  });
  await assert.rejects(publishInvitation(invitationView, placeOf('s3://our-templates/acme.json', 'eu-central-1'), 72), {
    name: 'Usage',
    message: /no address of more than 1024 characters/,
  });
});
