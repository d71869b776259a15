import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  draftOfRule,
  gapsOf,
  type Joined,
  newCondition,
  newJoined,
  placesOf,
  ruleOf,
} from '../../console/parts/groups/rule-draft.ts';
import { volumeDrafts, volumeFields, volumeRules } from '../../console/parts/groups/volume-draft.ts';
import { planBody, planDraft } from '../../console/parts/plans/plan-draft.ts';
import { scheduleDraft, scheduleOf, scheduleProblem } from '../../console/parts/plans/schedule-draft.ts';
import { scheduleInWords } from '../../console/parts/plans/schedule-words.ts';
import { PlanFields } from '../../core/contracts/plans.ts';
import { InstanceRule } from '../../core/contracts/vm-groups.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '-', ' '), minLength: 1, maxLength: 6 });
const condition: fc.Arbitrary<InstanceRule> = fc.oneof(
  fc.constant({ all: true as const }),
  fc.record({ tag: fc.oneof(fc.record({ key: text }), fc.record({ key: text, value: text })) }),
  fc.record({ name: text }),
  fc.constant<InstanceRule>({ instanceIds: ['i-0123456789abcdef0', 'i-0123456789abcdef1'] }),
  fc.constant({ vpcId: 'vpc-0123456789abcdef0' }),
  fc.constant({ subnetId: 'subnet-0123456789abcdef0' }),
);
const { rule } = fc.letrec<{ rule: InstanceRule; joined: InstanceRule }>((tie) => ({
  rule: fc.oneof({ depthSize: 'small', withCrossShrink: true }, condition, tie('joined')),
  joined: fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(tie('rule'), { minLength: 2, maxLength: 3 }))
    .map(([join, rules]) => (join === 'and' ? { and: rules } : { or: rules })),
}));

test('rules that are opened in the form and not touched are the same rules', () => {
  fc.assert(
    fc.property(rule, (given) => {
      const draft = draftOfRule(given);
      assert.deepEqual(gapsOf(draft), []);
      assert.equal(JSON.stringify(ruleOf(draft)), JSON.stringify(given));
    }),
  );
});

test('what has no value yet is a gap; one condition by itself is joined to nothing', () => {
  const blank = newCondition();
  assert.deepEqual(gapsOf(newJoined([blank])), [blank.id]);
  assert.deepEqual(gapsOf(newJoined([{ ...blank, kind: 'instanceIds' }])), [blank.id]);
  const none = newJoined([]);
  assert.deepEqual(gapsOf(none), [none.id]);
  const draft = newJoined([newJoined([{ ...blank, key: ' app ' }], 'or')]);
  assert.deepEqual(ruleOf(draft), { tag: { key: 'app' } });
  const [loaded] = draftOfRule({ tag: { key: ' ', value: ' ' } }).rules;
  assert.ok(loaded && 'kind' in loaded);
  assert.deepEqual(
    ruleOf({ ...loaded, value: ' web ' }),
    { tag: { key: ' ', value: 'web' } },
    'what is typed is trimmed',
  );
});

test('a field that the API names is found in the form, wherever the rule stands', () => {
  const vpc = { ...newCondition(), kind: 'vpcId' as const, value: 'vpc-1' };
  const inner = newJoined([{ ...newCondition(), key: 'a' }, vpc], 'or');
  const draft: Joined = newJoined([{ ...newCondition(), key: 'b' }, inner]);
  const parsed = InstanceRule.safeParse(ruleOf(draft));
  assert.equal(parsed.success, false);
  assert.equal(placesOf(draft, 'match').get('match.and[1].or[1]'), vpc.id);
  assert.equal(placesOf(newJoined([vpc]), 'match').get('match'), vpc.id);
});

test('volume rules come back as they were, and rows in which nothing stands say nothing', () => {
  const rules = [
    { tag: { key: 'scratch' }, device: '/dev/sdf' },
    { largerThanGiB: 500, smallerThanGiB: 600 },
    { tag: { key: ' ', value: ' ' } },
  ];
  const [first, second, spaces] = volumeDrafts(rules);
  assert.ok(first && second && spaces);
  const blank = { key: '', value: '', device: '', larger: '', smaller: '' };
  assert.deepEqual(volumeRules([first, blank, second, spaces]), rules);
  assert.equal(volumeFields([first, blank, second]).at(-1), 'exclude.volumes[1].smallerThanGiB');
});

const SCHEDULES = [
  'rate(1 hour)',
  'rate(6 hours)',
  'rate(30 minutes)',
  'rate(1 day)',
  'cron(0 2 * * ? *)',
  'cron(30 14 ? * MON,FRI *)',
  'cron(0 2 ? * 2 *)',
  'cron(0/15 * * * ? *)',
  'cron(0 3 L * ? *)',
];

test('a schedule that is opened and not touched stays as it is, and is said in words', () => {
  for (const expression of SCHEDULES) {
    const schedule = { expression, timeZone: 'Europe/Berlin' };
    assert.deepEqual(scheduleOf(scheduleDraft(schedule)), schedule, expression);
    assert.equal(scheduleProblem(schedule), undefined, expression);
    assert.doesNotMatch(scheduleInWords(schedule), /cron\(|rate\(/, expression);
  }
  assert.deepEqual(
    ['cron(0 2 * * ? *)', 'cron(0 2 ? * 2 *)', 'rate(1 hour)', 'rate(6 hours)'].map((expression) =>
      scheduleInWords({ expression, timeZone: 'UTC' }),
    ),
    ['At 02:00, every day (UTC)', 'At 02:00, only on Monday (UTC)', 'Every hour', 'Every 6 hours'],
  );
  assert.match(scheduleProblem({ expression: 'cron(0 2 31 2 ? *)', timeZone: 'UTC' }) ?? '', /no such day/);
  assert.match(scheduleProblem({ expression: 'cron(0 2)', timeZone: 'UTC' }) ?? '', /must be cron/);
});

test('a plan that is opened and not touched stays as it is; what is not for its method is left out', () => {
  const plans = [
    { name: 'a', fullEvery: 7, retention: { days: 30, gfs: { weekly: 5 } }, verify: 'full', deadlineMinutes: 60 },
    {
      name: 'b',
      method: 'snapshot',
      paused: true,
      schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Asia/Tokyo' },
      copy: { when: 'on-schedule', schedule: { expression: 'rate(1 day)', timeZone: 'UTC' } },
      copyToRegion: 'eu-west-1',
      consistency: { kind: 'application', freeze: 'sync' },
      snapshotRetention: { count: 3 },
      fullEvery: 'always',
    },
  ].map((fields) => PlanFields.parse(fields));
  for (const plan of plans) {
    const again = PlanFields.parse(planBody(planDraft(plan), true));
    assert.deepEqual(again, { ...plan, verify: plan.verify ?? 'sample' });
  }
  const [, snapshots] = plans;
  const streaming = planBody({ ...planDraft(snapshots), method: 'streaming' }, false);
  assert.deepEqual([streaming.copy, streaming.copyToRegion], [{ when: 'never' }, undefined]);
  assert.deepEqual([streaming.transport, streaming.streams], [undefined, undefined], 'the service side’s business');
});
