import type { HealthFact } from '../../contracts/health.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { Throttles } from '../../ports/throttles.ts';
import { counted, fact } from './fact.ts';

/** What was throttled before that is over. */
const LATELY_MS = 15 * 60_000;
const TENANTS_AT_ONCE = 16;

/** Calls in tenants' accounts that AWS throttles: jobs wait for them, and so does whatever the tenant does itself there. */
export const throttleFact = async (
  throttles: Throttles,
  tenants: readonly TenantHypervisor[],
  now: number,
): Promise<HealthFact> => {
  const lines = await inParallel(tenants, TENANTS_AT_ONCE, async ({ hypervisorId, name, region }) =>
    [...(await throttles.of(hypervisorId, region))]
      .filter(([, { at }]) => now - at < LATELY_MS)
      .map(
        ([action, { at, gapMs }]) =>
          `${action} in the account of ${hypervisorId} (${name}), ${region}: ${ageInWords(now - at)} ago; one call each ${Math.round(gapMs)} ms`,
      ),
  );
  const about = lines.flat();
  const metrics = { ThrottledApis: about.length };
  return about.length === 0
    ? fact('throttles', 'ok', 'AWS throttles nothing', metrics)
    : fact('throttles', 'warn', `AWS throttles ${counted(about.length, 'call')} of tenants’ accounts`, metrics, about);
};
