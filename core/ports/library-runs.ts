import type { HypervisorId, LibraryRunId } from '../contracts/ids.ts';
import type { LibraryRun } from '../domain/library-run.ts';
import type { Page, PageRequest } from './page.ts';

/** Library runs, each under its tenant; and who may change a library. Of all methods: see `Catalog`. */
export interface LibraryRuns {
  /** False if a run of that id exists. */
  add(run: LibraryRun): Promise<boolean>;
  get(tenantId: HypervisorId, runId: LibraryRunId): Promise<LibraryRun | undefined>;
  /** Newest first. */
  list(tenantId: HypervisorId, page: PageRequest): Promise<Page<LibraryRun>>;
  /** Of one tenant, all that are open, however old; newest first. None that has ended is read for it. */
  openOf(tenantId: HypervisorId): Promise<readonly LibraryRun[]>;
  /** Sets fields, or removes those that are undefined; only while the state is one of `from`. False if refused. */
  update(
    tenantId: HypervisorId,
    runId: LibraryRunId,
    change: Partial<LibraryRun>,
    from: readonly LibraryRun['state'][],
  ): Promise<boolean>;
  /**
   * Who alone may change the tenant's part of that service hypervisor's library: taken if nobody has it, or `runId` has,
   * or `former` (that the caller knows to have ended). Answers who has it then.
   */
  hold(
    tenantId: HypervisorId,
    serviceId: HypervisorId,
    runId: LibraryRunId,
    former?: LibraryRunId,
  ): Promise<LibraryRunId>;
  /** Idempotent; another's hold stays. */
  letGo(tenantId: HypervisorId, serviceId: HypervisorId, runId: LibraryRunId): Promise<void>;
  /**
   * When the control plane was told of that generation of what is condemned (ms since 1970): `now`, if it is the first
   * time.
   */
  noteCondemned(tenantId: HypervisorId, serviceId: HypervisorId, generation: number, now: number): Promise<number>;
  /** The last generation that was noted; 0 for none. */
  latestCondemned(tenantId: HypervisorId, serviceId: HypervisorId): Promise<number>;
}
