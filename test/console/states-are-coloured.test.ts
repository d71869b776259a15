import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { elementsOf } from '../../console/graph/elements.ts';
import { draw } from '../../console/graph/layout.ts';
import { type Asl, type DrawnMachine, drawnMachine } from '../../console/graph/machine.ts';
import { type Passed, scopeOf } from '../../console/graph/path.ts';
import type { JobPath } from '../../core/contracts/api.ts';

const machineOf = (name: string): DrawnMachine =>
  drawnMachine(
    parse(readFileSync(new URL(`../../statemachines/${name}.asl.yaml`, import.meta.url), 'utf8'), {
      merge: true,
    }) as Asl,
  );

const AT = '2026-11-23T12:00:00Z';
const passed = (name: string, more: Partial<Passed> = {}): Passed => ({
  name,
  enteredAt: AT,
  exitedAt: AT,
  ...more,
});
const failed = passed('Transfer the data', { error: { name: 'LibraryFull', cause: 'full' } });

const BACKUP: readonly Passed[] = [
  passed('Open the job'),
  passed('Protect each instance', {
    children: [
      {
        label: 'i-1',
        status: 'SUCCEEDED',
        states: [
          passed('Lock the instance'),
          passed('Transfer the data', {
            children: [{ label: 'job-1-1-i-1-transfer', status: 'SUCCEEDED', states: [passed('Plan the transfer')] }],
          }),
        ],
      },
      { label: 'i-2', status: 'FAILED', states: [passed('Lock the instance'), failed] },
    ],
  }),
  passed('Close the job', { exitedAt: undefined }),
];

const outcomes = (machine: DrawnMachine, states: readonly Passed[], instance: string | null) =>
  new Map(elementsOf(draw(machine), states, instance).nodes.map(({ id, data }) => [id, data.outcome]));

test('each state has the colour of how it went, within a Map of the instance that is looked at', () => {
  const of1 = outcomes(machineOf('backup'), BACKUP, 'i-1');
  assert.equal(of1.get('Open the job'), 'done');
  assert.equal(of1.get('Protect each instance'), 'mixed');
  assert.equal(of1.get('Close the job'), 'running');
  assert.equal(of1.get('The job is done'), 'idle');
  assert.equal(of1.get('Protect each instance/Transfer the data'), 'done');
  const of2 = outcomes(machineOf('backup'), BACKUP, 'i-2');
  assert.equal(of2.get('Protect each instance/Transfer the data'), 'failed');
  // nobody chose: what failed is what somebody wants to see
  assert.equal(outcomes(machineOf('backup'), BACKUP, null).get('Protect each instance/Transfer the data'), 'failed');
});

test('only the transitions that were taken are drawn as such', () => {
  const { edges } = elementsOf(draw(machineOf('backup')), BACKUP, 'i-1');
  const taken = edges
    .filter(({ className }) => className?.includes('edge-taken'))
    .map(({ source, target }) => [source, target]);
  assert.deepEqual(taken.toSorted(), [
    ['Open the job', 'Protect each instance'],
    ['Protect each instance', 'Close the job'],
  ]);
});

test('the machines that were run for an instance can be looked at by themselves', () => {
  const path: JobPath = {
    jobId: 'job-00000001',
    attempt: 1,
    executionArn: 'arn',
    status: 'RUNNING',
    states: BACKUP as JobPath['states'],
  };
  const { branches, branch, parts } = scopeOf(machineOf('backup'), path, 'i-1');
  assert.deepEqual(
    branches.map(({ label }) => label),
    ['i-1', 'i-2'],
  );
  assert.equal(branch?.label, 'i-1');
  assert.deepEqual(
    parts.map(({ state, machine }) => [state, machine]),
    [['Transfer the data', 'transfer']],
  );
});

test('every machine is drawn whole: all its states, none upon another, every transition between states that are there', () => {
  for (const name of ['backup', 'backup-copy', 'restore', 'snapshot', 'snapshots', 'transfer']) {
    const machine = machineOf(name);
    const { nodes, edges } = elementsOf(draw(machine), [], null);
    const count = ({ states }: DrawnMachine): number =>
      states.reduce((sum, { inner }) => sum + 1 + (inner ? count(inner) : 0), 0);
    assert.equal(nodes.length, count(machine), name);
    const ids = new Set(nodes.map(({ id }) => id));
    assert.ok(edges.length > 0 && edges.every(({ source, target }) => ids.has(source) && ids.has(target)), name);
    for (const a of nodes)
      for (const b of nodes)
        if (a.id < b.id && a.parentId === b.parentId) {
          const apart =
            a.position.x + Number(a.width) <= b.position.x ||
            b.position.x + Number(b.width) <= a.position.x ||
            a.position.y + Number(a.height) <= b.position.y ||
            b.position.y + Number(b.height) <= a.position.y;
          assert.ok(apart, `${name}: ${a.id} lies upon ${b.id}`);
        }
    for (const { data, type } of nodes) assert.equal(type, 'state', String(data.name));
  }
});

test('what a machine runs and waits for is known by name, so that its graph is found', () => {
  const runs = (name: string): string[] => {
    const all = ({ states }: DrawnMachine): string[] =>
      states.flatMap(({ runs: own, inner }) => [...(own ? [own] : []), ...(inner ? all(inner) : [])]);
    return [...new Set(all(machineOf(name)))].toSorted();
  };
  assert.deepEqual(runs('backup'), ['snapshots', 'transfer']);
  assert.deepEqual(runs('restore'), ['transfer']);
  assert.deepEqual(runs('snapshot'), ['snapshots']);
});
