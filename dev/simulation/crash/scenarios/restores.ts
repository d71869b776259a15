import { startRestore } from '../../jobs.ts';
import type { CrashScenario } from '../crash-scenario.ts';
import { first } from '../first-tenant.ts';
import { resultIs } from '../restored.ts';
import type { StageName } from '../stages.ts';

type Target = Parameters<typeof startRestore>[2];

const restore = (stage: StageName, targetOf: (instanceId: string) => Target): CrashScenario => ({
  machine: 'restore',
  stage,
  async act(run, { instance, pointId = '', data }) {
    const jobId = await startRestore(first(run), pointId, targetOf(instance.instanceId));
    const own = new Map(instance.volumes.map(({ volumeId }) => [volumeId, data.get(volumeId) as string]));
    return { jobs: [jobId], check: () => resultIs(run, jobId, own) };
  },
});

const inPlace = (): Target => ({ kind: 'in-place', overwrite: true, replacedVolumes: 'remove' });

export const restoreScenarios: Readonly<Record<string, CrashScenario>> = {
  'restore-from-library': restore('backed-up', () => ({ kind: 'new-instance' })),
  'restore-from-snapshot': restore('snapshot-taken', () => ({ kind: 'new-instance' })),
  'restore-in-place': restore('snapshot-taken', inPlace),
  'restore-in-place-from-library': restore('backed-up', inPlace),
  'restore-volumes': restore('backed-up', () => ({ kind: 'volumes' })),
  'restore-attach': restore('snapshot-taken', (instanceId) => ({ kind: 'attach', instanceId: instanceId as never })),
};
