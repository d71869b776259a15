/** events/ has a sample for each deployed function; each is taken by the very handler that is deployed. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as errors from '../../core/domain/errors.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { projectDir, startLocalHoldfast } from '../../dev/local-holdfast.ts';

const SERVICE = 'hv-0199aaaa-0000-7000-8000-000000000900';
const FOLDER = join(projectDir, 'events');
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const apiOf = (path: string): string =>
  path.startsWith('/approver') ? 'approverApi' : path.startsWith('/operator') ? 'operatorApi' : 'tenantApi';
/** The APIs' samples are told apart by their path. */
const isFor = (key: string, file: string): boolean => {
  if (file.startsWith('api-')) return key === apiOf(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')).path);
  if (file.startsWith('broker-')) return key === 'broker';
  return file.replace(/^(step|schedule|event)-/, '') === `${kebab(key)}.json`;
};

test('every deployed function takes its samples, and refuses what is none', { timeout: 300_000 }, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-samples-'));
  const local = await startLocalHoldfast({ dataDir });
  t.after(async () => {
    await local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { cloud, place } = local;
  const invoke = async (FunctionName: string, event: unknown) => {
    const answer = (await cloud.kernel.call(
      cloud.admin.rootPrincipal(place.accountId),
      place.region,
      'lambda',
      'Invoke',
      {
        FunctionName,
        Payload: Buffer.from(JSON.stringify(event)),
      },
    )) as { FunctionError?: string; Payload: Uint8Array };
    const body = JSON.parse(Buffer.from(answer.Payload).toString() || 'null') as {
      errorType?: string;
      statusCode?: number;
    };
    return { errorType: answer.FunctionError === undefined ? undefined : body?.errorType, body };
  };
  // The broker is called by the names that it has for service hypervisors only.
  const brokerNames = new Set(
    readdirSync(FOLDER)
      .filter((file) => file.startsWith('broker-'))
      .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')).serviceId ?? SERVICE),
  );
  for (const Name of brokerNames)
    await cloud.kernel.call(cloud.admin.rootPrincipal(place.accountId), place.region, 'lambda', 'CreateAlias', {
      FunctionName: 'holdfast-dev-broker',
      Name,
      FunctionVersion: '$LATEST',
    });
  const calledAs = (name: string, sample: unknown): string =>
    name.endsWith('-broker') ? `${name}:${(sample as { serviceId?: string }).serviceId ?? SERVICE}` : name;
  const { functions } = readServerless(join(projectDir, 'serverless.yml'), place, {});
  const files = readdirSync(FOLDER);
  const used = new Set<string>();
  for (const [key, { name }] of Object.entries(functions)) {
    const samples = files.filter((file) => isFor(key, file));
    assert.ok(samples.length > 0, `events/ has no sample for ${key}`);
    for (const file of samples) {
      used.add(file);
      const sample: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
      const { errorType, body } = await invoke(calledAs(name, sample), sample);
      // There is no such job, order or hypervisor here: that is what a step may say, and nothing else.
      if (errorType !== undefined) assert.ok(errorType in errors, `${file}: ${JSON.stringify(body)}`);
      if (file.startsWith('api-')) assert.ok(Number(body.statusCode) < 500, `${file}: ${JSON.stringify(body)}`);
    }
    if (
      [
        'tenantApi',
        'operatorApi',
        'approverApi',
        'sizeNodes',
        'measure',
        'reap',
        'resumeApprovals',
        'startCleanUp',
      ].includes(key)
    )
      continue;
    const { errorType } = await invoke(name, { what: 'is this' });
    assert.match(errorType ?? 'nothing', /^Zod/, `${key} takes anything`);
  }
  assert.deepEqual(
    files.filter((file) => !used.has(file)),
    [],
    'samples for nothing',
  );
});
