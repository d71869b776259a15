import { isTerminal, type Job } from '../../core/domain/job.ts';
import type { ServiceIntent } from '../../core/domain/service-intent.ts';
import type { Findings, LastLook, Round, ServiceIntents, Sweeps } from '../../core/ports/sweeps.ts';
import { pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryFindings = ({ findings }: Records): Findings => {
  const sorted = () => [...findings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
  return {
    list: async (page) => pageOf(sorted(), page),
    ofPlace: async (place) => sorted().filter((finding) => finding.place === place),
    async put(finding) {
      findings.set(`${finding.place}#${finding.findingId}`, finding);
    },
    async remove(place, findingId) {
      findings.delete(`${place}#${findingId}`);
    },
  };
};

export const createInMemorySweeps = ({ jobs }: Pick<Records, 'jobs'>): Sweeps => {
  let round: Round | undefined;
  const looks = new Map<string, LastLook>();
  /** By job: the end that was looked through. */
  const swept = new Map<string, string>();
  const noteOf = ({ attempt, endedAt }: Job): string => `${attempt} ${endedAt}`;
  return {
    round: async () => round,
    async setRound(to) {
      round = to;
    },
    lastLook: async (tenantId) => looks.get(tenantId),
    async setLastLook(tenantId, look) {
      looks.set(tenantId, look);
    },
    ends: async (tenantId, page) =>
      pageOf(
        [...jobs.values()]
          .filter((job) => job.tenantId === tenantId && isTerminal(job.state) && swept.get(job.jobId) !== noteOf(job))
          .map((job) => ({ job, noteId: noteOf(job) })),
        page,
      ),
    async setSwept({ job: { jobId }, noteId }) {
      swept.set(jobId, noteId);
    },
  };
};

export const createInMemoryServiceIntents = ({ serviceIntents }: Records): ServiceIntents => ({
  async intend(intent) {
    if (serviceIntents.get(intent.hypervisorId)?.state === 'undoing') return false;
    serviceIntents.set(intent.hypervisorId, intent);
    return true;
  },
  async settle({ hypervisorId, at, round }) {
    const there = serviceIntents.get(hypervisorId);
    if (there?.at === at && there.round === round) serviceIntents.delete(hypervisorId);
  },
  async undo({ hypervisorId, at, round }, heldUntil) {
    const there = serviceIntents.get(hypervisorId);
    if (there?.at !== at || there.round !== round) return undefined;
    const held: ServiceIntent = { ...there, state: 'undoing', round: (round ?? 0) + 1, heldUntil };
    serviceIntents.set(hypervisorId, held);
    return held;
  },
  open: async () => [...serviceIntents.values()],
});
