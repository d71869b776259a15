import type { GuestCommandInput, GuestCommandOutput, LockedInstance } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { Effect } from '../../domain/effect.ts';
import { SnapshotFailed } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { assertGoesOn } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { consistencyOf } from './choose-way.ts';
import { snapshotEffect, snapshotTags } from './snapshot-effect.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly sha256: Sha256;
}

/** Applications that are held still for longer than this have users who notice. */
const COMMAND_SECONDS = 60;
/** Windows holds still for ten seconds at most; the rest is the document's own work around it. */
const VSS_SECONDS = 900;
const SHELL = 'AWS-RunShellScript';
const VSS = 'AWSEC2-CreateVssSnapshot';

/**
 * Sends one command to the guest: `freeze`, `thaw`, or the snapshots that Windows takes itself. SendCommand has no client
 * token: what was sent is noted with the effect, so that only an answer that was lost on its way sends it twice.
 */
export const createGuestCommand =
  ({ catalog, scopes, sha256 }: Deps) =>
  async ({ command, ...input }: GuestCommandInput): Promise<GuestCommandOutput> => {
    const { job, tenant } = await openTenant(catalog, input.tenantId, input.jobId);
    // Whatever has become of the job: who was told to hold still is told to go on.
    if (command !== 'thaw') await assertGoesOn(catalog, input);
    const scope = await scopes.open(tenant, input.jobId, { to: 'protect', instanceId: input.instanceId });
    switch (command) {
      case 'freeze':
        return freeze(catalog, scope, job, freezeEffect(sha256, input), input.instanceId);
      case 'thaw':
        return { commandId: await sendThaw(scope, job, input.instanceId) };
      case 'vss':
        return vss(catalog, scope, sha256, job, input);
    }
  };

/** Made: applications may hold still. Undone: they were told to go on, and did. */
export const freezeEffect = (
  sha256: Sha256,
  { jobId, attempt, tenantId, instanceId }: Pick<LockedInstance, 'jobId' | 'attempt' | 'tenantId' | 'instanceId'>,
): Effect => ({
  effectId: derivedId(sha256, 'op', jobId, attempt, instanceId, 'freeze'),
  jobId,
  attempt,
  tenantId,
  kind: 'guest-command',
  state: 'intended',
  resourceIds: [],
});

/** Of the note of the command that has Windows take the snapshots. */
export const vssCommandId = (
  sha256: Sha256,
  { jobId, attempt, instanceId }: Pick<LockedInstance, 'jobId' | 'attempt' | 'instanceId'>,
): string => derivedId(sha256, 'op', jobId, attempt, instanceId, 'vss-command');

const freeze = async (
  catalog: Catalog,
  scope: TenantScope,
  job: Job,
  intent: Effect,
  instanceId: string,
): Promise<GuestCommandOutput> => {
  const asked = consistencyOf(job);
  const effect = await catalog.effects.intend(intent);
  const [sent] = effect.resourceIds;
  if (sent !== undefined) return { commandId: sent };
  if (asked.kind === 'crash' || asked.freeze === undefined)
    throw new SnapshotFailed('there is no command to freeze with');
  const { commandId } = await scope.guest.send(instanceId, SHELL, { commands: [asked.freeze] }, COMMAND_SECONDS);
  await catalog.effects.update(effect, { state: 'made', resourceIds: [commandId] });
  return { commandId };
};

/** `true` where no command is set: an `fsfreeze` that ends by itself needs none. */
export const sendThaw = async (scope: TenantScope, job: Job, instanceId: string): Promise<string> => {
  const asked = consistencyOf(job);
  const commands = [(asked.kind === 'application' ? asked.thaw : undefined) ?? 'true'];
  return (await scope.guest.send(instanceId, SHELL, { commands }, COMMAND_SECONDS)).commandId;
};

/**
 * The guest takes the snapshots, in its instance profile's name, with our tags: they are looked up by those afterwards.
 * A single data volume cannot be left out of it (the root volume can); its snapshot is removed then.
 */
const vss = async (
  catalog: Catalog,
  scope: TenantScope,
  sha256: Sha256,
  job: Job,
  input: LockedInstance,
): Promise<GuestCommandOutput> => {
  const { jobId, instanceId } = input;
  const instance = await scope.instances.describe(instanceId);
  const effect = await catalog.effects.intend(snapshotEffect(sha256, input, 'vss', instance?.volumes ?? []));
  const { volumeIds, ...common } = effect;
  const note = await catalog.effects.intend({
    ...common,
    effectId: vssCommandId(sha256, input),
    kind: 'guest-command',
    state: 'intended',
    resourceIds: [],
  });
  const [sent] = note.resourceIds;
  if (sent !== undefined) return { commandId: sent };
  const root = instance?.volumes.find(({ device }) => device === instance.configuration.rootDeviceName)?.volumeId;
  const child = await catalog.jobs.instance(jobId, instanceId);
  const isRootOut = root !== undefined && (child?.excludedVolumes ?? []).some(({ volumeId }) => volumeId === root);
  const { commandId } = await scope.guest.send(
    instanceId,
    VSS,
    {
      ExcludeBootVolume: [isRootOut ? 'True' : 'False'],
      // Else it would count as the guest's own full backup, and break its chain of differential ones.
      CopyOnly: ['True'],
      description: [`Holdfast ${jobId}`],
      tags: [
        Object.entries(snapshotTags(job, input, effect))
          .map(([key, value]) => `Key=${key},Value=${value}`)
          .join(';'),
      ],
    },
    VSS_SECONDS,
  );
  await catalog.effects.update(note, { state: 'kept', resourceIds: [commandId] });
  return { commandId };
};
