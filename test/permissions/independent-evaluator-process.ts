import { createInterface } from 'node:readline';
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

/**
 * A process of its own around `@cloud-copilot/iam-simulate`, whose licence (AGPL) stays outside of this project's
 * programs: simulations come as lines of JSON on stdin, an answer each goes to stdout.
 */
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await runSimulation(JSON.parse(line) as Simulation, {});
  const result =
    answer.resultType === 'error'
      ? { error: JSON.stringify(answer.errors) }
      : {
          decision: answer.overallResult,
          ...(answer.resultType === 'single' ? { ignored: answer.result.ignoredContextKeys } : {}),
        };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
