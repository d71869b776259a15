import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from './problem.ts';
import { pythonPrograms } from './python-tools.ts';

export const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** What cfn-lint is not asked, and why not. */
const NOT_ASKED = {
  W3005: 'the framework names the role of a function in DependsOn, beside the reference that says so already',
  W1020: 'roles.yml hands IAM’s own variables to Fn::Sub, which leaves them as they are: the framework would not',
  W3010: 'nodes are launched in the zones that the tenants’ VM groups ask for: the template is made for them',
};

interface Match {
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** cfn-lint's findings, warnings too, in template files. Errors: it cannot be installed, or does not run. */
export const lintTemplates = (files: readonly string[], region: string): readonly Problem[] => {
  const args = ['--format', 'json', '--regions', region, '--ignore-checks', ...Object.keys(NOT_ASKED)];
  const done = spawnSync(
    join(pythonPrograms(readFileSync(REQUIREMENTS, 'utf8').trim().split('\n')), 'cfn-lint'),
    [...args, '--', ...files],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  let matches: readonly Match[];
  try {
    matches = JSON.parse(done.stdout);
  } catch (cause) {
    throw new Error(`cfn-lint did not run: ${done.stderr}`, { cause });
  }
  return matches.map(({ Filename, Message, Rule, Location }) => ({
    where: `${Filename} ${Location.Path?.join('.') ?? ''}`,
    what: `${Rule.Id} ${Message}`,
  }));
};
