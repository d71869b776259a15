import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliCredentials } from '../../adapters/aws/cli-credentials.ts';

test('what was renewed in the file is found when it is looked for anew, and not read again before', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-credentials-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'credentials');
  const put = (token: string): void =>
    writeFileSync(
      file,
      `[copied]\naws_access_key_id = ASIA0000000000000001\naws_secret_access_key = x\naws_session_token = ${token}\n`,
    );
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(dir, 'config') });
  put('first');
  const credentials = cliCredentials('eu-central-1', 'copied');
  assert.equal((await credentials()).sessionToken, 'first');
  put('second');
  assert.equal((await credentials()).sessionToken, 'first');
  assert.equal((await credentials({ anew: true })).sessionToken, 'second');
  assert.equal((await credentials()).sessionToken, 'second');
});
