import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROJECT } from './markdown.ts';

const page = readFileSync(join(PROJECT, 'docs/deploying.md'), 'utf8');
/** Everything that the stack is made of; the first service hypervisor's comes from TypeScript. */
const sources = [...globSync('infra/**/*.yml', { cwd: PROJECT }), 'serverless.yml', 'dev/deployment/first-service.ts']
  .map((file) => readFileSync(join(PROJECT, file), 'utf8'))
  .join('\n');
const made = (type: string) => [...sources.matchAll(new RegExp(`Type: '?AWS::${type}'?,?$`, 'gm'))].length;
const said = (pattern: RegExp) => Number(pattern.exec(page)?.[1]);

test('the page of costs counts the alarms, keys and dashboards that the stack has', () => {
  assert.equal(said(/^\| (\d+) alarms/m), made('CloudWatch::Alarm'));
  assert.equal(said(/^\| (\d+) KMS keys/m), made('KMS::Key'));
  assert.equal(made('CloudWatch::Dashboard'), 1);
});

test('the page of costs adds up', () => {
  const cents = (cell = '') => (cell.startsWith('$') ? Math.round(Number(cell.slice(1)) * 100) : 0);
  const rows = page
    .slice(page.indexOf('| what  '))
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const end = rows.findIndex(([, what]) => what === '**in all**');
  const sum = (column: number) => rows.slice(0, end).reduce((all, row) => all + cents(row[column]), 0);
  assert.equal(sum(2), cents(rows[end]?.[2]));
  assert.equal(sum(4), cents(rows[end]?.[4]));
});
