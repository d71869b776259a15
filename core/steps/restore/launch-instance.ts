import type { LaunchOutput, PlanRestoreInput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { type Effect, LONGEST_TAG_VALUE, MOST_TAGS, TAG } from '../../domain/effect.ts';
import type { RestoreRequest } from '../../domain/job.ts';
import { restorableTags } from '../../domain/volume-tags.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Launches the instance from its restored snapshots, by way of an image that lives only until it runs: EC2 makes the
 * volumes, so root device and mappings are as they were.
 */
export const createLaunchInstance =
  ({ catalog, scopes, clock, sha256 }: Deps) =>
  async ({ snapshotIds, ...input }: PlanRestoreInput): Promise<LaunchOutput> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    await enterPhase(catalog, clock, input, 'launching');
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const request = job.request as RestoreRequest;
    const point = await restoredPoint(catalog, tenantId, recoveryPointId);
    const { instance: was } = point;
    const scope = await scopes.open(tenant, jobId);
    const intend = (kind: Effect['kind'], name: string): Promise<Effect> =>
      catalog.effects.intend({
        effectId: derivedId(sha256, 'op', jobId, attempt, name),
        jobId,
        attempt,
        tenantId,
        kind,
        state: 'intended',
        resourceIds: [],
      });
    const tagsOf = (effect: Effect) => ({
      [TAG.job]: jobId,
      [TAG.attempt]: String(attempt),
      [TAG.operation]: effect.effectId,
      [TAG.restore]: recoveryPointId,
    });

    const image = await intend('image', 'image');
    const imageId =
      (await scope.images.findByTag(TAG.operation, image.effectId))[0] ??
      (
        await scope.images.register({
          name: `holdfast-${jobId}-${attempt}`,
          configuration: was,
          volumes: point.volumes.map(({ device, volumeType, iops, throughput }, index) => ({
            device,
            snapshotId: snapshotIds[index] as string,
            volumeType,
            ...(iops === undefined ? {} : { iops }),
            ...(throughput === undefined ? {} : { throughput }),
            deleteOnTermination: true,
          })),
          tags: tagsOf(image),
        })
      ).imageId;
    await catalog.effects.update(image, { state: 'made', resourceIds: [imageId] });

    const launch = await intend('instance', 'instance');
    const { instanceId: launchedId } = await scope.instances.launch({
      imageId,
      clientToken: launch.effectId,
      instanceType: request.instanceType ?? was.instanceType,
      ...optional('subnetId', request.subnetId ?? (request.availabilityZone ? undefined : was.subnetId)),
      ...optional('availabilityZone', request.availabilityZone),
      securityGroupIds: request.securityGroupIds ?? was.securityGroupIds,
      ...optional('keyName', request.keyName ?? was.keyName),
      ...optional('instanceProfileArn', was.instanceProfileArn),
      instanceTags: {
        ...firstTags(restorableTags(was.tags)),
        Name: request.name ?? `${(was.name ?? instanceId).slice(0, LONGEST_TAG_VALUE - 9)}-restored`,
        ...tagsOf(launch),
      },
      volumeTags: tagsOf(launch),
    });
    await catalog.effects.update(launch, { state: 'made', resourceIds: [launchedId] });
    return { imageId, launchedId };
  };

const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });

/** As many of the instance's own tags as there is room for beside ours and its name. */
const firstTags = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).slice(0, MOST_TAGS - Object.keys(TAG).length - 1));
