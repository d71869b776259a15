import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCloud } from '../../local/cloud.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createStates } from '../../local/states/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { EXECUTION, prepare } from './sigkill-scenario.ts';

test('after a real SIGKILL of the process, a new one goes on, and the token is still good', {
  timeout: 30_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'local-states-sigkill-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'doomed-process.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => assert.fail(`the process has ended by itself: ${code}`)),
  ])) as [Buffer];
  const taskToken = printed.toString().trim();
  child.kill('SIGKILL');
  await once(child, 'exit');

  const cloud = await startCloud({ dataDir, services: [createSts, createS3, createSqs, createStates] });
  try {
    const ops = await prepare(cloud);
    const call = <T>(operation: string, input: unknown) =>
      cloud.kernel.call(ops, 'us-east-1', 'states', operation, input) as Promise<T>;
    const describe = () => call<{ status: string; output?: string }>('DescribeExecution', { executionArn: EXECUTION });
    assert.equal((await describe()).status, 'RUNNING');
    await call('SendTaskSuccess', { taskToken, output: '{"moved":true}' });
    let described = await describe();
    while (described.status === 'RUNNING') {
      await new Promise((resolve) => setTimeout(resolve, 50));
      described = await describe();
    }
    assert.deepEqual([described.status, described.output], ['SUCCEEDED', '[{"moved":true},"rested"]']);
    const { events } = await call<{ events: { id: number; type: string }[] }>('GetExecutionHistory', {
      executionArn: EXECUTION,
    });
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => index + 1),
    );
    assert.equal(events.filter(({ type }) => type === 'TaskSubmitted').length, 1);
  } finally {
    await cloud.stop();
  }
});
