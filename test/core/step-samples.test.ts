import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HoldfastError } from '../../core/domain/errors.ts';
import { openFlows } from './flows-world.ts';

const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`);

test('there is a sample for every step, which takes it and at most misses its job', async (t) => {
  const { functions } = await openFlows(t);
  for (const [name, run] of Object.entries(functions)) {
    const file = new URL(`../../events/step-${kebab(name)}.json`, import.meta.url);
    assert.ok(existsSync(file), `no sample events/step-${kebab(name)}.json`);
    const sample: unknown = JSON.parse(readFileSync(file, 'utf8'));
    await run(sample).catch((error: unknown) => assert.ok(error instanceof HoldfastError, `${name}: ${error}`));
    await assert.rejects(run({ ...(sample as object), more: 1 }), { name: 'ZodError' }, `${name} takes unknown fields`);
  }
});
