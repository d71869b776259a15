import { z } from 'zod';
import { AttemptRef } from '../../contracts/steps.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Executions } from '../../ports/control.ts';

/** Step Functions' own event, as EventBridge delivers it; what is not read here is not looked at. */
export const ExecutionStatusChange = z.object({
  detail: z.object({ status: z.string(), input: z.string().nullish() }),
});

/**
 * An execution has ended, in whatever way: its attempt is closed. Starting twice is harmless: cleanup executions are
 * named by their attempt.
 */
export const createStartCleanUp =
  ({ executions }: { readonly executions: Executions }) =>
  async ({ detail }: z.infer<typeof ExecutionStatusChange>): Promise<{ readonly started: boolean }> => {
    if (detail.status === 'RUNNING') return { started: false };
    const { jobId, attempt, tenantId } = AttemptRef.parse(pick(JSON.parse(detail.input ?? '{}')));
    const name = `${attemptName(jobId, attempt)}-cleanup`;
    const { outcome } = await executions.start('cleanup', name, { jobId, attempt, tenantId });
    return { started: outcome === 'started' };
  };

const pick = ({ jobId, attempt, tenantId }: Record<string, unknown>) => ({ jobId, attempt, tenantId });
