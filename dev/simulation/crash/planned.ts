import { CliError } from '../../../cli/cli-error.ts';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import type { Run } from '../run.ts';
import { first } from './first-tenant.ts';

/** A plan with a schedule, and a group that it protects. */
export const planned = async (run: Run, instanceId: string, schedule: object) => {
  const { insist } = first(run);
  const name = 'crash';
  const { planId } = await insist(tenantRoutes.addPlan, { body: { name } });
  const { groupId } = await insist(tenantRoutes.addVmGroup, {
    body: { name, planId, match: { instanceIds: [instanceId as never] }, exclude: { volumes: [] } },
  });
  await insist(tenantRoutes.replacePlan, { params: { planId }, body: { name, schedule } as never });
  return { planId, groupId };
};

/** It was there: not found, when asked again after an answer that was lost, is what was asked for. */
const gone = (removal: Promise<unknown>): Promise<unknown> =>
  removal.catch((error: unknown) => {
    if (!(error instanceof CliError && error.problem?.status === 404)) throw error;
  });

export const unplanned = async (run: Run, { planId, groupId }: Awaited<ReturnType<typeof planned>>): Promise<void> => {
  await gone(first(run).insist(tenantRoutes.removeVmGroup, { params: { groupId } }));
  await gone(first(run).insist(tenantRoutes.removePlan, { params: { planId } }));
};
