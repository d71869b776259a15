import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { compilePipeline } from '../../bench/peers.ts';
import { BLOCK_BYTES } from '../../library/block.ts';
import { openIndex } from '../../library/index-object.ts';
import { ENTRY_BYTES } from '../../library/pack-contents.ts';
import { verifyPack } from '../../library/pack-object.ts';
import { TenantKeys } from '../../library/tenant-key-ring.ts';

/** Undefined where this machine has no compiler, zstd or OpenSSL to build it with. */
const compiled = (folder: string): string | undefined => {
  const program = join(folder, 'pipeline');
  try {
    compilePipeline(program);
    return program;
  } catch (error) {
    if (/cannot find|No such file|ENOENT/.test(`${error}`)) return undefined;
    throw error;
  }
};

const setUp = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pipeline-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test('what the C pipeline writes are packs and an index of a library: it does the steps that it is compared by', (t) => {
  const folder = setUp(t);
  const program = compiled(folder);
  if (!program) return t.skip('no cc, libzstd-dev or libssl-dev');
  const [first, second] = [randomBytes(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES, 'a line of text\n')];
  // 40 that no compression helps (two packs), zeros, one twice, text, and an end that is no whole block
  const random = Array.from({ length: 40 }, () => randomBytes(BLOCK_BYTES));
  const zeros = Buffer.alloc(3 * BLOCK_BYTES);
  const end = Buffer.from('the end');
  const image = join(folder, 'disk.img');
  writeFileSync(image, Buffer.concat([first, zeros, ...random, second, first, end]));
  const [dataKey, idKey] = [randomBytes(32), randomBytes(32)];
  const library = join(folder, 'library');
  const said = execFileSync(program, [image, library, '3', '2'], {
    env: { ...process.env, HOLDFAST_PIPELINE_KEYS: Buffer.concat([dataKey, idKey]).toString('hex') },
  });
  const { zero, deduplicated, stored } = JSON.parse(said.toString());
  assert.deepEqual({ zero, deduplicated, stored }, { zero: 3, deduplicated: 1, stored: 43 });
  return checkLibrary(library, { dataKey, idKey }, [first, second, ...random, endBlock(end)]);
});

const endBlock = (end: Buffer): Buffer => Buffer.concat([end, Buffer.alloc(BLOCK_BYTES - end.length)]);

const checkLibrary = async (
  library: string,
  { dataKey, idKey }: { readonly dataKey: Buffer; readonly idKey: Buffer },
  blocks: readonly Buffer[],
): Promise<void> => {
  const keys = new TenantKeys({ dataKeys: [[1, dataKey]], idKey });
  const store = createDiskStore({ folder: library });
  const indexed = new Set<string>();
  const packs = new Map<string, number>();
  for (const id of readdirSync(join(library, 'index')))
    for (const pack of openIndex(keys, id, readFileSync(join(library, 'index', id))).packs) {
      packs.set(pack.id.toString('hex'), pack.size);
      for (let at = 0; at < pack.entries.length; at += ENTRY_BYTES)
        indexed.add(pack.entries.toString('hex', at, at + 32));
    }
  const expected = blocks.map((block) => keys.blockId(hash('sha256', block, 'buffer')).toString('hex'));
  assert.deepEqual([...indexed].sort(), expected.toSorted());
  assert.ok(packs.size >= 2, 'packs are of 16 MiB');
  let verified = 0;
  for (const [id, size] of packs) {
    assert.equal(statSync(join(library, 'packs', id.slice(0, 2), id)).size, size);
    verified += await verifyPack(store, keys, id);
  }
  assert.equal(verified, blocks.length, 'every block opens, decompresses and is the one that it is named');
  assert.deepEqual(readdirSync(join(library, '.tmp')), []);
};
