// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation puts the values in
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { packageStage } from '../../dev/deployment/package-stage.ts';
import { substitutePseudoParameters } from '../../dev/deployment/pseudo-parameters.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
after(() => rmSync(folder, { recursive: true }));

test('a stage is packaged without network or credentials, for every account', async () => {
  const { template, zip } = packageStage({ stage: 'prod', region: 'us-east-1', folder });
  const text = JSON.stringify(template);
  assert.match(text, /arn:aws:iam::\$\{AWS::AccountId\}:role\/holdfast-prod-hub/);
  assert.doesNotMatch(text, /\$\{(self|sls|aws|opt|file|env):/);
  assert.doesNotMatch(text, /eu-central-1/);
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const files = unzipSync(readFileSync(zip));
  assert.ok(functions.length > 50);
  for (const { Properties } of functions) {
    const handler = String(Properties.Handler);
    assert.ok(`${handler.replace(/\.handler$/, '')}.mjs` in files, handler);
  }
  // As Lambda has it: the zip is all that there is.
  mkdirSync(join(folder, 'code/functions'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'code', name), content);
  for (const { Properties } of functions) {
    const url = pathToFileURL(join(folder, 'code', String(Properties.Handler).replace(/handler$/, 'mjs'))).href;
    await assert.rejects(import(url), { message: /HOLDFAST_|AWS_REGION/ }, url);
  }
});

test('a pseudo parameter goes to Fn::Sub, and nothing else does', () => {
  assert.deepEqual(
    substitutePseudoParameters({
      a: ['arn:aws:iam::${AWS::AccountId}:role/x', 'plain', '${aws:username}'],
      b: 'user ${aws:username} of ${AWS::AccountId}',
      c: { 'Fn::Sub': '${Other.Arn} of ${AWS::AccountId}' },
      d: 7,
      e: null,
    }),
    {
      a: [{ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/x' }, 'plain', '${aws:username}'],
      b: { 'Fn::Sub': 'user ${!aws:username} of ${AWS::AccountId}' },
      c: { 'Fn::Sub': '${Other.Arn} of ${AWS::AccountId}' },
      d: 7,
      e: null,
    },
  );
  assert.throws(() => substitutePseudoParameters({ 'x-${AWS::AccountId}': 1 }), /puts no value into a name/);
});
