import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { audit, judgeAudit } from '../../dev/supply-chain/audit.ts';
import { readLockfile } from '../../dev/supply-chain/lockfile.ts';
import { projectDir } from './locks.ts';

const lock = readLockfile(projectDir);

const advisory = (severity: string) => ({
  id: 1,
  url: 'https://github.com/advisories/GHSA-0000-0000-0000',
  title: 'Something is wrong',
  severity,
  vulnerable_versions: '<99',
  cwe: [],
  cvss: { score: 0, vectorString: null },
});

/** A registry that knows these advisories, or answers with a status alone; npm itself asks it. */
const asked = async (advisories: object | number) => {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    requests.push(
      `${request.method} ${request.url} ${request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body}`,
    );
    response.statusCode = typeof advisories === 'number' ? advisories : request.method === 'POST' ? 200 : 404;
    response.setHeader('content-type', 'application/json');
    response.end(typeof advisories === 'number' ? '' : JSON.stringify(request.method === 'POST' ? advisories : {}));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const cache = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  try {
    const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const env = { npm_config_registry: registry, npm_config_noproxy: '127.0.0.1', npm_config_cache: cache };
    return { ...(await audit(projectDir, lock, false, env)), requests };
  } finally {
    server.close();
    rmSync(cache, { recursive: true });
  }
};

test('every locked package is asked for; nothing known is said', async () => {
  const { summary, problems, unknown, requests } = await asked({});
  assert.deepEqual(problems, []);
  assert.equal(unknown, undefined);
  assert.match(summary, /^0 packages with known advisories/);
  assert.match(requests.join(), /POST \/-\/npm\/v1\/security\/advisories\/bulk .*"zod":\["\d/);
});

test('a grave advisory of what runs in production stops the change; all others are told', async () => {
  const { summary, problems } = await asked({
    lmdb: [advisory('critical')],
    jsonata: [advisory('moderate')],
    typescript: [advisory('critical')],
  });
  assert.deepEqual(problems, ['lmdb: critical: Something is wrong https://github.com/advisories/GHSA-0000-0000-0000']);
  assert.match(summary, /^\d+ packages .*, 2 of them in production; not held against the change: /);
  for (const told of ['jsonata (moderate)', 'typescript (critical)']) assert.ok(summary.includes(told), told);
});

test('a registry that has no advisories: nothing is known, and that is what is said', async () => {
  const { summary, problems, unknown } = await asked(405);
  assert.deepEqual(problems, []);
  assert.equal(unknown, true);
  assert.match(summary, /NOT ASKED, the registry answers 405: nothing is known/);
});

test('where it is required, no answer is a problem', () => {
  for (const stdout of ['', '{"statusCode":404}']) assert.equal(judgeAudit(stdout, lock, true).problems.length, 1);
});

test('no registry, or one that talks nonsense: nothing is known', async () => {
  for (const stdout of ['', 'null', '<html>', '{"auditReportVersion":3}', '{"error":{"code":"ENOTFOUND"}}']) {
    const { unknown, problems } = judgeAudit(stdout, lock, false);
    assert.deepEqual([unknown, problems], [true, []], stdout);
  }
  const nobody = await audit(projectDir, lock, false, {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_noproxy: '127.0.0.1',
  });
  assert.equal(nobody.unknown, true);
});
