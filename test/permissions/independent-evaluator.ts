import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Case } from './independent-evaluator-cases.ts';

export interface Answer {
  readonly decision?: 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';
  /** Condition keys that the action does not have. */
  readonly ignored?: readonly string[];
  readonly error?: string;
}

const PROCESSES = 2;

/** Asks the other evaluator, in processes of their own. */
export const askIndependently = async (cases: readonly Case[]): Promise<Answer[]> => {
  const share = Math.ceil(cases.length / PROCESSES);
  const shares = Array.from({ length: PROCESSES }, (_, index) => cases.slice(index * share, (index + 1) * share));
  return (await Promise.all(shares.map(ask))).flat();
};

const ask = async (cases: readonly Case[]): Promise<Answer[]> => {
  const program = fileURLToPath(new URL('independent-evaluator-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  // That it ended early is told below, by its exit code.
  child.stdin.on('error', () => {});
  const answers: Answer[] = [];
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line) as Answer);
  })();
  for (const one of cases)
    if (!child.stdin.write(`${JSON.stringify(simulationOf(one))}\n`))
      await Promise.race([ended, new Promise((resolve) => child.stdin.once('drain', resolve))]);
  child.stdin.end();
  await read;
  const code = await ended;
  if (code !== 0 || answers.length !== cases.length)
    throw new Error(`the independent evaluator ended with ${code} after ${answers.length} of ${cases.length} answers`);
  return answers;
};

/** Keys of several values go over as lists, all others as texts. */
const LISTS = /^(aws:(tagkeys|calledvia)|s3:requestobjecttagkeys|kms:encryptioncontextkeys|sts:transitivetagkeys)$/;

const simulationOf = ({ principal, access, context, identityPolicies, boundary }: Case) => ({
  request: {
    principal: principal.arn,
    action: access.action,
    resource: { resource: access.resource, accountId: access.resourceAccountId },
    contextVariables: Object.fromEntries(
      [...context].flatMap(([key, values]) =>
        values.length === 0 ? [] : [[key, LISTS.test(key) ? values : values[0]]],
      ),
    ),
  },
  identityPolicies: identityPolicies.map((policy, index) => ({ name: `identity-${index}`, policy })),
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  ...(principal.sessionPolicies ? { sessionPolicy: principal.sessionPolicies[0] } : {}),
  ...(access.resourcePolicy ? { resourcePolicy: access.resourcePolicy } : {}),
  ...(boundary ? { permissionBoundaryPolicies: boundary.map((policy) => ({ name: 'boundary', policy })) } : {}),
});
