import { CONTROL_PLANE } from '../../domain/finding.ts';
import { LONGEST_JOB_MS } from '../../domain/leftover.ts';
import { PLAN_ACTIONS, scheduleName } from '../../domain/plan-schedules.ts';
import { everyItem } from '../../ports/every-item.ts';
import { type Found, findingAt, inWords, type Look } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** What the control plane has made for itself. One list that cannot be read does not stop the others. */
export const lookAtService = async (deps: ReaperDeps): Promise<Look> => {
  const { clock, sha256 } = deps;
  const found: Found[] = [];
  for (const [what, look] of [
    ['hypervisors that were never added', unfinishedHypervisors],
    ['hypervisors that are being removed', halfRemoved],
    ["plans' schedules", schedulesWithoutPlan],
    ['uploads in parts', forgottenUploads],
  ] as const) {
    try {
      found.push(...(await look(deps)));
    } catch (error) {
      const reason = `${what} could not be listed: ${inWords(error)}`;
      found.push({ kind: 'place', subject: what, reason, action: 'show', dueAt: clock.now() });
    }
  }
  return { findings: found.map(findingAt(sha256, { kind: CONTROL_PLANE })), complete: true };
};

const unfinishedHypervisors = async ({ catalog, settings }: ReaperDeps): Promise<readonly Found[]> =>
  (await catalog.serviceIntents.open()).map(({ hypervisorId, at, state }) => ({
    kind: 'unfinished-hypervisor',
    subject: hypervisorId,
    reason: state === 'undoing' ? 'its undoing was interrupted' : 'it was begun, and is not said to be done or undone',
    action: 'remove',
    dueAt: at + settings.graceMs,
  }));

/** Their removal ends with their record; what is to be kept of them only a person knows. */
const halfRemoved = async ({ catalog, clock }: ReaperDeps): Promise<readonly Found[]> => {
  const found: Found[] = [];
  for await (const hypervisor of everyItem((page) => catalog.hypervisors.list(page))) {
    const isHalf = hypervisor.kind === 'service' ? hypervisor.state === 'removing' : hypervisor.removing === true;
    if (!isHalf) continue;
    const { hypervisorId: subject, name } = hypervisor;
    const reason = `${name} is being removed: if that was interrupted, remove it again`;
    found.push({ kind: 'half-removed-hypervisor', subject, reason, action: 'show', dueAt: clock.now() });
  }
  return found;
};

const schedulesWithoutPlan = async ({ catalog, scheduleList, settings }: ReaperDeps): Promise<readonly Found[]> => {
  // The schedules first: a plan that is added meanwhile has its record before it has a schedule.
  const schedules = await scheduleList.names();
  if (schedules.length === 0) return [];
  const wanted = new Set<string>();
  for await (const { hypervisorId } of everyItem((page) => catalog.hypervisors.list(page)))
    for await (const { planId } of everyItem((page) => catalog.plans.list(hypervisorId, page)))
      for (const action of PLAN_ACTIONS) wanted.add(scheduleName(planId, action));
  return schedules
    .filter(({ name }) => !wanted.has(name))
    .map(({ name, createdAt }) => ({
      kind: 'schedule',
      subject: name,
      reason: 'its plan is gone',
      action: 'remove',
      dueAt: createdAt + settings.graceMs,
    }));
};

/** A Map Run's results are written for as long as it runs. */
const forgottenUploads = async ({ uploads, settings }: ReaperDeps): Promise<readonly Found[]> =>
  (await uploads.list()).map(({ bucket, key, uploadId, begunAt }) => ({
    kind: 'upload',
    subject: `${uploadId} ${key}`,
    of: bucket,
    reason: 'it was begun, and never ended',
    action: 'remove',
    dueAt: begunAt + Math.max(LONGEST_JOB_MS, settings.graceMs),
  }));
