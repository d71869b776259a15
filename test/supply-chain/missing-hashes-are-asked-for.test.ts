import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { addHashes } from '../../dev/supply-chain/add-hashes.ts';
import { HASH, projectDir } from './locks.ts';

test('a registry that has the packages completes the hashes; what has one is not asked for; what it lacks is named', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''));
    const known = request.url === '/@made%2fup-win32-x64';
    const dist = { integrity: HASH, tarball: 'http://127.0.0.1/made-up.tgz' };
    const versions = { '1.2.3': { name: '@made/up-win32-x64', version: '1.2.3', dist } };
    response.statusCode = known ? 200 : 404;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(known ? { name: '@made/up-win32-x64', 'dist-tags': { latest: '1.2.3' }, versions } : {}),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const cache = mkdtempSync(join(tmpdir(), 'holdfast-hashes-'));
  const other = { version: '1.2.3', optional: true, os: ['win32'], cpu: ['x64'] };
  const packages = {
    '': { name: 'holdfast' },
    'node_modules/@made/up-linux-x64': { version: '1.2.3', integrity: `${HASH.slice(0, -4)}AA==` },
    'node_modules/@made/up-win32-arm64': { ...other, version: '1.2.4' },
    'node_modules/@made/up-win32-x64': other,
  };
  try {
    const { lock, added, unknown } = await addHashes({ lockfileVersion: 3, packages }, projectDir, {
      npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      npm_config_noproxy: '127.0.0.1',
      npm_config_cache: cache,
    });
    assert.deepEqual([added, unknown], [['@made/up-win32-x64@1.2.3'], ['@made/up-win32-arm64@1.2.4']]);
    assert.deepEqual(lock.packages, {
      ...packages,
      'node_modules/@made/up-win32-x64': { ...other, integrity: HASH },
    });
    assert.deepEqual(asked, ['/@made/up-win32-arm64', '/@made/up-win32-x64']);
  } finally {
    server.close();
    rmSync(cache, { recursive: true });
  }
});
