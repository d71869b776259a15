import type { PolicyDocument, PolicyStatement } from '../../kernel/service.ts';
import { matchesPattern, toList } from '../match.ts';

const VARIABLE = /\$\{\s*([^},*?$][^},]*?)\s*(?:,[^}]*)?\}/g;

/** The condition keys and variables that statements about an action read, as they are written, each once. */
export const contextKeysOf = (policies: readonly PolicyDocument[], action: string): string[] => {
  const keys = new Map<string, string>();
  const note = (key: string): void => {
    if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  };
  for (const policy of policies) {
    const all = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
    for (const statement of all as PolicyStatement[]) {
      if (!isAbout(statement, action)) continue;
      for (const condition of Object.values(statement.Condition ?? {}))
        for (const key of Object.keys(condition)) note(key);
      // Documents of 2008 have no variables.
      if (policy.Version !== '2012-10-17') continue;
      const texts = JSON.stringify([statement.Resource, statement.NotResource, statement.Condition]);
      for (const [, key = ''] of texts.matchAll(VARIABLE)) note(key);
    }
  }
  return [...keys.values()];
};

const isAbout = (statement: PolicyStatement, action: string): boolean => {
  const fits = (pattern: string): boolean => matchesPattern(pattern, action, false);
  return statement.NotAction === undefined
    ? toList(statement.Action).some(fits)
    : !toList(statement.NotAction).some(fits);
};
