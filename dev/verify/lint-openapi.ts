import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { Problem } from './problem.ts';

/** Of redocly's recommended rules, what is not asked, and why not. */
const RULES = {
  // The document does not know where it is served: its address is the deployment's, and a client has it already.
  'no-empty-servers': 'off',
} as const;

/** Redocly's findings, warnings too, in an OpenAPI document that is called `name`. */
export const lintOpenApi = async (name: string, document: unknown): Promise<readonly Problem[]> => {
  const config = await createConfig({ extends: ['recommended-strict'], rules: RULES });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: `/${name}.json`, config });
  return problems.map(({ ruleId, message, location }) => ({
    where: `${name} ${location[0]?.pointer ?? ''}`,
    what: `${ruleId} ${message}`,
  }));
};
