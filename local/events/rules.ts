import type { Kernel, LocalEvent } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { assertPattern, type EventPattern, matchesPattern } from './event-patterns.ts';

export interface Rule {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly eventPattern: EventPattern;
  /** A function or a topic. Its policy must admit `events.amazonaws.com`: rules call these without a role. */
  readonly targetArn: string;
  /** The part of the event that the target gets: `$.detail.tenantView`. Absent: all of it. */
  readonly inputPath?: string;
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
  if (!/^arn:aws:(lambda:[^:]*:\d{12}:function|sns:[^:]*:\d{12}):[\w.-]+$/.test(rule.targetArn))
    throw new Error(`event rule: the local cloud's rules call functions and topics, not ${rule.targetArn}`);
  if (rule.inputPath !== undefined && !/^\$(\.\w+)*$/.test(rule.inputPath))
    throw new Error(`event rule: ${rule.inputPath} is not a path that the local cloud follows`);
  assertPattern(rule.eventPattern);
  table(kernel).put(ruleArn(rule), rule);
  return ruleArn(rule);
};

export const matchingRules = (kernel: Kernel, event: LocalEvent): Rule[] =>
  Array.from(
    table(kernel).entries(`arn:aws:events:${event.region}:${event.account}:rule/`),
    ({ value }) => value,
  ).filter((rule) => matchesPattern(rule.eventPattern, event));

/** JSON text of what the rule's target gets of an event. */
export const inputFor = ({ inputPath = '$' }: Rule, event: object): string => {
  let part: unknown = event;
  for (const name of inputPath.split('.').slice(1)) part = (part as Record<string, unknown> | undefined)?.[name];
  return JSON.stringify(part ?? {});
};
