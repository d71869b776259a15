import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

const soak = join(import.meta.dirname, '../../dev/simulation/soak/main.ts');

test('1,000 jobs of 50 tenants on 20 nodes, 5 % of their calls failing and nodes being killed: nothing lost, twice, or left', async () => {
  const child = spawn(process.execPath, [soak], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
});
