import { join } from 'node:path';
import type { Check } from './check.ts';

const SCRIPT = join(import.meta.dirname, 'boto3_checks.py');

const check = (who: 'service' | 'tenant', what: string, name: string): Check => ({
  name: `boto3: ${name}`,
  async run(scene) {
    await scene[who].run(scene.programs.python, [SCRIPT, what, scene.table, scene.folder]);
  },
});

export const boto3Checks: readonly Check[] = [
  check('tenant', 'instances', 'instances, volumes, snapshots, tags, by resources, waiters and pages'),
  check('tenant', 'blocks', 'a snapshot is written and read back over EBS direct'),
  check('service', 'buckets', 'transfers in parts, both listings, conditions, deletes of many'),
  check('service', 'items', 'items by conditions, batches and queries'),
  check('service', 'messages', 'messages in batches'),
  check('service', 'keys_and_secrets', 'data keys under a context, secrets'),
  check('service', 'machines', 'state machines in pages, a token of nobody’s'),
];
