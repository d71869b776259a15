/** Rules of a VM group while somebody writes them: with gaps, and each part known by an id of its own. */
import type { InstanceRule } from '../../../core/contracts/vm-groups.ts';

export const CONDITIONS = ['tag', 'name', 'instanceIds', 'vpcId', 'subnetId', 'all'] as const;
type ConditionKind = (typeof CONDITIONS)[number];

export interface Condition {
  readonly id: string;
  readonly kind: ConditionKind;
  /** Of a tag. */
  readonly key: string;
  /** Of a tag: may be empty, for any value. */
  readonly value: string;
  readonly instanceIds: readonly string[];
  /** `key` and `value` as the API gave them: tags and names may begin and end with spaces, which are then meant. */
  readonly loaded?: Pick<Condition, 'key' | 'value'>;
}

export interface Joined {
  readonly id: string;
  readonly join: 'and' | 'or';
  readonly rules: readonly RuleDraft[];
}

export type RuleDraft = Condition | Joined;

/** Of conditions joined within each other: the API takes no more. */
export const MOST_LEVELS = 4;
/** Beside each other. */
export const MOST_JOINED = 20;

export const newCondition = (): Condition => ({
  id: crypto.randomUUID(),
  kind: 'tag',
  key: '',
  value: '',
  instanceIds: [],
});

export const newJoined = (rules: readonly RuleDraft[], join: Joined['join'] = 'and'): Joined => ({
  id: crypto.randomUUID(),
  join,
  rules,
});

const conditionOf = (kind: ConditionKind, value: string, key = ''): Condition => ({
  ...newCondition(),
  kind,
  key,
  value,
  loaded: { key, value },
});

const draftOf = (rule: InstanceRule): RuleDraft => {
  if ('and' in rule) return newJoined(rule.and.map(draftOf));
  if ('or' in rule) return newJoined(rule.or.map(draftOf), 'or');
  if ('all' in rule) return conditionOf('all', '');
  if ('instanceIds' in rule) return { ...conditionOf('instanceIds', ''), instanceIds: rule.instanceIds };
  if ('tag' in rule) return conditionOf('tag', rule.tag.value ?? '', rule.tag.key);
  if ('name' in rule) return conditionOf('name', rule.name);
  if ('vpcId' in rule) return conditionOf('vpcId', rule.vpcId);
  return conditionOf('subnetId', rule.subnetId);
};

/** Always joined conditions, so that more can be added. */
export const draftOfRule = (rule: InstanceRule | undefined): Joined => {
  const draft = rule ? draftOf(rule) : newJoined([]);
  return 'join' in draft ? draft : newJoined([draft]);
};

/** Without the spaces around what somebody has typed. */
const textOf = ({ loaded, ...condition }: Condition, part: 'key' | 'value'): string =>
  condition[part] === loaded?.[part] ? condition[part] : condition[part].trim();

const isFilled = (condition: Condition): boolean => {
  const { kind, instanceIds } = condition;
  if (kind === 'all') return true;
  if (kind === 'instanceIds') return instanceIds.length > 0;
  return textOf(condition, kind === 'tag' ? 'key' : 'value') !== '';
};

/** Ids of conditions that say nothing yet. */
export const gapsOf = (draft: RuleDraft): readonly string[] => {
  if ('join' in draft) return draft.rules.length === 0 ? [draft.id] : draft.rules.flatMap(gapsOf);
  return isFilled(draft) ? [] : [draft.id];
};

const ruleOfCondition = (condition: Condition): InstanceRule => {
  const { kind, instanceIds } = condition;
  const text = textOf(condition, 'value');
  switch (kind) {
    case 'all':
      return { all: true };
    case 'instanceIds':
      return { instanceIds: [...instanceIds] };
    case 'tag':
      return { tag: { key: textOf(condition, 'key'), ...(text === '' ? {} : { value: text }) } };
    case 'name':
      return { name: text };
    case 'vpcId':
      return { vpcId: text };
    case 'subnetId':
      return { subnetId: text };
  }
};

/** Of a draft without gaps. One condition by itself is not joined to anything. */
export const ruleOf = (draft: RuleDraft): InstanceRule => {
  if (!('join' in draft)) return ruleOfCondition(draft);
  const rules = draft.rules.map(ruleOf);
  const [first, second] = rules;
  if (first && !second) return first;
  return draft.join === 'and' ? { and: rules } : { or: rules };
};

/** By the API's name for it, which part of the draft is meant: `match.and[1].tag.key`. */
export const placesOf = (draft: RuleDraft, path: string): ReadonlyMap<string, string> => {
  if (!('join' in draft)) return new Map([[path, draft.id]]);
  if (draft.rules.length < 2) return new Map(draft.rules.flatMap((rule) => [...placesOf(rule, path)]));
  return new Map([
    [path, draft.id],
    ...draft.rules.flatMap((rule, i) => [...placesOf(rule, `${path}.${draft.join}[${i}]`)]),
  ]);
};
