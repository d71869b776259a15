import { openControlPlaneClients } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { HypervisorId, JobId } from '../../core/contracts/ids.ts';
import type { Job } from '../../core/domain/job.ts';
import type { ProtectedInstance } from '../../core/domain/protected-instance.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Page, PageRequest } from '../../core/ports/page.ts';
import type { Run } from './run.ts';
import { runAs, type SimProcess } from './virtual/sim-process.ts';

/** One tenant's records as they are when a run has ended. */
export interface Ledger {
  readonly tenantId: HypervisorId;
  readonly accountId: string;
  readonly jobs: readonly Job[];
  /** What each job did with each instance. */
  readonly children: readonly Awaited<ReturnType<Catalog['jobs']['instances']>>[number][];
  readonly points: readonly RecoveryPoint[];
  readonly instances: readonly ProtectedInstance[];
}

const all = async <T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> => {
  const items: T[] = [];
  for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
    const page = await list({ limit: 100, ...(next === undefined ? {} : { next }) } as PageRequest);
    items.push(...page.items);
    next = page.next;
  }
  return items;
};

/** Does something as the deployment's administrator. */
export const asInspector = <T>({ cloud, world }: Run, look: () => Promise<T>): Promise<T> => {
  const { accountId, region } = world.place;
  const root = cloud.admin.rootAccessKey(accountId);
  const inspector: SimProcess = {
    name: 'inspector',
    kind: 'person',
    environment: {
      AWS_ACCESS_KEY_ID: root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: root.secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    dead: false,
    calls: 0,
    write: () => undefined,
    die: () => undefined,
  };
  return runAs(inspector, look);
};

/** Reads the tables by the product's own catalog. */
export const withCatalog = <T>(run: Run, read: (catalog: Catalog) => Promise<T>): Promise<T> =>
  asInspector(run, () => {
    const { region, stage } = run.world.place;
    const client = openControlPlaneClients(region).dynamo;
    return read(createDynamoCatalog({ client, table: `holdfast-${stage}` }));
  });

export const readLedgers = (run: Run): Promise<readonly Ledger[]> =>
  withCatalog(run, async (catalog) => {
    const { tenants } = run;
    const ledgers: Ledger[] = [];
    for (const { tenantId: id, accountId: account } of tenants) {
      const tenantId = id as HypervisorId;
      const jobs = await all((page) => catalog.jobs.list(tenantId, page));
      const children = [];
      for (const { jobId } of jobs) children.push(...(await catalog.jobs.instances(jobId as JobId)));
      ledgers.push({
        tenantId,
        accountId: account,
        jobs,
        children,
        points: await all((page) => catalog.points.list(tenantId, undefined, page)),
        instances: await catalog.instances.list(tenantId),
      });
    }
    return ledgers;
  });
