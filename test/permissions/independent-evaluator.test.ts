import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../local/iam/evaluate.ts';
import { askIndependently } from './independent-evaluator.ts';
import { type Case, createRandom, randomCase } from './independent-evaluator-cases.ts';
import { coverageOf } from './independent-evaluator-coverage.ts';
import { EXCLUSIONS, exclusionOf } from './independent-evaluator-exclusions.ts';

const PAIRS = 10_000;
/** To replay a run: the seed that it printed. */
const seed = Number(process.env.HOLDFAST_EVALUATOR_SEED ?? Math.floor(Math.random() * 2 ** 31));

const decide = (one: Case): 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied' => {
  const decision = evaluate(one);
  return decision.allowed ? 'Allowed' : decision.explicit ? 'ExplicitlyDenied' : 'ImplicitlyDenied';
};

test(`an independent evaluator decides ${PAIRS} random requests under random policies just as the local cloud does`, async (t) => {
  const random = createRandom(seed);
  const cases: Case[] = [];
  const excluded = new Map(EXCLUSIONS.map(({ name }) => [name, 0]));
  while (cases.length < PAIRS) {
    const one = randomCase(random);
    const exclusion = exclusionOf(one);
    if (exclusion) excluded.set(exclusion.name, (excluded.get(exclusion.name) ?? 0) + 1);
    else cases.push(one);
  }
  const answers = await askIndependently(cases);

  const decisions = new Map<string, number>();
  const disagreements: string[] = [];
  for (const [index, one] of cases.entries()) {
    const answer = answers[index];
    const ours = decide(one);
    assert.equal(answer?.error, undefined, `case ${index} of seed ${seed}: the other refused it`);
    assert.deepEqual(answer?.ignored ?? [], [], `case ${index} of seed ${seed}: the other left keys out`);
    decisions.set(ours, (decisions.get(ours) ?? 0) + 1);
    if (ours !== answer?.decision)
      disagreements.push(`case ${index}: ours ${ours}, the other's ${answer?.decision}: ${describe(one)}`);
  }

  t.diagnostic(`seed ${seed} (replay: HOLDFAST_EVALUATOR_SEED=${seed})`);
  t.diagnostic(`${cases.length} pairs compared, ${disagreements.length} disagreements`);
  t.diagnostic([...decisions].map(([decision, count]) => `${decision} ${count}`).join(', '));
  for (const [feature, count] of coverageOf(cases)) {
    t.diagnostic(`${feature}: ${count}`);
    assert.ok(count > 0, `no case has ${feature}`);
  }
  for (const { name, reason } of EXCLUSIONS) t.diagnostic(`left out, ${name}: ${excluded.get(name)} (${reason})`);

  assert.deepEqual(disagreements.slice(0, 5), [], `seed ${seed}`);
  // A test of 10,000 refusals would show little.
  for (const decision of ['Allowed', 'ExplicitlyDenied', 'ImplicitlyDenied'])
    assert.ok((decisions.get(decision) ?? 0) > PAIRS / 10, `too few ${decision}`);
});

const describe = (one: Case): string => JSON.stringify({ ...one, context: Object.fromEntries(one.context) });
