import type { Kernel, LocalEvent } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { assertPattern, type EventPattern, matchesPattern } from './event-patterns.ts';

export interface Rule {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly eventPattern: EventPattern;
  /** Its policy must admit `events.amazonaws.com`: rules call Lambda functions without a role. */
  readonly targetFunctionArn: string;
}

const table = (kernel: Kernel): Table<Rule> => kernel.store.table<Rule>('events.rules');

export const ruleArn = ({ region, accountId, name }: Rule): string =>
  `arn:aws:events:${region}:${accountId}:rule/${name}`;

/**
 * Makes or changes a rule on the default event bus; kept over restarts. Throws InvalidEventPatternException for a
 * pattern that uses what the local cloud cannot match. Returns the rule's ARN.
 */
export const putRule = (kernel: Kernel, rule: Rule): string => {
  if (!/^[\w.-]{1,64}$/.test(rule.name)) throw new Error(`event rule: ${rule.name} cannot be a name`);
  assertPattern(rule.eventPattern);
  table(kernel).put(ruleArn(rule), rule);
  return ruleArn(rule);
};

export const matchingRules = (kernel: Kernel, event: LocalEvent): Rule[] =>
  Array.from(
    table(kernel).entries(`arn:aws:events:${event.region}:${event.account}:rule/`),
    ({ value }) => value,
  ).filter((rule) => matchesPattern(rule.eventPattern, event));
