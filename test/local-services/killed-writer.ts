import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import type { ServiceFactory } from '../../local/kernel/service.ts';

/**
 * Lets another process write numbers, kills it, starts a cloud over what it left, and asks `readBack` for the number
 * that is there now: none that was answered may be missing.
 */
export const assertSurvivesKill = async (
  kind: 'dynamodb' | 's3',
  service: ServiceFactory,
  readBack: (cloud: Cloud) => Promise<number>,
): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'local-services-'));
  const script = fileURLToPath(new URL('./write-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir, kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  let answered = -1;
  child.stdout.on('data', (text: Buffer) => {
    answered = Number(text.toString().trim().split('\n').at(-1));
    if (answered >= 100) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(child.signalCode, 'SIGKILL');
  const cloud = await startCloud({ dataDir, services: [service] });
  try {
    const found = await readBack(cloud);
    assert.ok(found >= answered, `${found} is there of ${answered} answered`);
  } finally {
    await cloud.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};
