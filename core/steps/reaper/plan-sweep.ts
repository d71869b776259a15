import type { Finding, RecordedFinding } from '../../domain/finding.ts';
import { lookAt, turnsOf } from './look.ts';
import { inWords, type Place, placeName } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';
import { inOrder, isDue } from './settle-place.ts';

export interface SweepPlan {
  /** Stands for exactly what is due at the places that were reached: how many turns that were, and a hash. */
  readonly token: string;
  readonly due: ReadonlySet<string>;
  /** Place by place, in the order in which they are removed. */
  readonly findings: readonly (Finding & { readonly before?: RecordedFinding })[];
  readonly notLookedAt: readonly { readonly place: string; readonly tenantId?: string; readonly reason: string }[];
}

/** Of a plan of all: how many turns it has reached. Undefined of what is no token. */
export const turnsIn = (token: string): number | undefined => {
  const count = Number(token.slice(0, token.indexOf('-')));
  return token.includes('-') && Number.isSafeInteger(count) && count > 0 ? count : undefined;
};

/** What a sweep would find and remove now, at the first so many turns or all; nothing is changed, and nothing noted. */
export const createPlanSweep = (deps: ReaperDeps) => {
  const { catalog, clock, sha256 } = deps;
  return async (tenantId: string | undefined, until: number, first?: number): Promise<SweepPlan> => {
    const findings: (Finding & { readonly before?: RecordedFinding })[] = [];
    const notLookedAt: SweepPlan['notLookedAt'][number][] = [];
    let reached = 0;
    for (const { name, tenant } of (await turnsOf(deps, tenantId)).slice(0, first)) {
      const left = (place: string, reason: string): void => {
        notLookedAt.push({ place, ...(tenant ? { tenantId: tenant.hypervisorId } : {}), reason });
      };
      if (clock.now() >= until) {
        left(name, 'there was no time left for it');
        continue;
      }
      reached++;
      const turn = tenant ? { name, tenant } : { name };
      await lookAt(deps, turn, until, async (place: Place, look) => {
        const at = placeName(place);
        const before = new Map((await catalog.findings.ofPlace(at)).map((each) => [each.findingId, each]));
        for (const finding of inOrder(look.findings)) {
          const seen = before.get(finding.findingId);
          findings.push(seen ? { ...finding, before: seen } : finding);
        }
        const unreachable = look.findings.find(({ kind, subject }) => subject === at && kind !== 'upload');
        if (!look.complete) left(at, unreachable?.reason ?? 'there was no time left for all of it');
      }).catch((error: unknown) => left(name, inWords(error)));
    }
    // An operator's run tries at once what failed a short time ago.
    const due = findings.filter((finding) => isDue(finding, undefined, clock.now())).map(({ findingId }) => findingId);
    return { token: `${reached}-${sha256(JSON.stringify(due.toSorted()))}`, due: new Set(due), findings, notLookedAt };
  };
};
