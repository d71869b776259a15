import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportedTemplates } from '../../dev/verify/exported-templates.ts';
import { lintOpenApi } from '../../dev/verify/lint-openapi.ts';
import { openApiOf } from '../../functions/api/openapi.ts';

test('each template that is handed out is among those that are checked', () => {
  const types = Object.values(exportedTemplates()).flatMap(({ Resources }) =>
    Object.values(Resources).map(({ Type }) => Type),
  );
  for (const type of [
    'AWS::IAM::User',
    'AWS::S3::BucketPolicy',
    'AWS::KMS::Key',
    'AWS::AutoScaling::AutoScalingGroup',
    'AWS::EC2::LaunchTemplate',
  ])
    assert.ok(types.includes(type), type);
});

test('the API’s documents are good OpenAPI, and what is not is found', async () => {
  assert.deepEqual(await lintOpenApi('tenant', openApiOf('tenant')), []);
  assert.deepEqual(await lintOpenApi('operator', openApiOf('operator')), []);
  const broken = JSON.parse(
    JSON.stringify(openApiOf('tenant')).replace('"operationId":"startBackup"', '"operationId":"listJobs"'),
  );
  assert.match((await lintOpenApi('tenant', broken)).map(({ what }) => what).join(), /operationId/);
});
