import type { JobPath, JobPathQuery } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { NotFound } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { defined, time } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Executions, PathState } from '../../ports/control.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly executions: Pick<Executions, 'path'>;
}

const plain = ({ name, enteredAt, exitedAt, error, tries, retries, input, output }: PathState) => ({
  name,
  enteredAt: time(enteredAt),
  ...defined({
    exitedAt: exitedAt === undefined ? undefined : time(exitedAt),
    error: error && { ...error },
    tries,
    retries: retries?.map(({ at, ...why }) => ({ at: time(at), ...why })),
    input: input && { ...input },
    output: output && { ...output },
  }),
});

/** Children of children, and no deeper. */
const withChildren = <T>(state: PathState, statesOf: (state: PathState) => T) => ({
  ...plain(state),
  ...defined({
    children: state.children?.map(({ label, status, states }) => ({ label, status, states: states.map(statesOf) })),
  }),
});

/** The states that a job's present attempt went through; `shown`: what went in and out of which. Operators only. Errors: NotFound. */
export const createGetJobPath =
  ({ catalog, executions }: Deps) =>
  async (tenant: TenantHypervisor, jobId: JobId, { state, instance }: JobPathQuery = {}): Promise<JobPath> => {
    const job = await catalog.jobs.get(tenant.hypervisorId, jobId);
    if (!job) throw notFound('job', 'jobId');
    const { type, attempt } = job;
    const shown = state === undefined ? undefined : { state, ...defined({ instanceId: instance }) };
    const path = await executions.path(type, attemptName(jobId, attempt), shown);
    if (!path) {
      throw new NotFound('There is no execution of this job (any more): Step Functions keeps them for 90 days.', {
        field: 'jobId',
        remedy: 'Look at the job itself: holdfast job show',
      });
    }
    const { executionArn, status, states } = path;
    const told = states.map((state) => withChildren(state, (child) => withChildren(child, plain)));
    return { jobId, attempt, executionArn, status, states: told };
  };
