import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { OursPage, TaggedThing } from '../../core/ports/tenant-scope.ts';
import { required } from './classify.ts';
import { tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

interface PageOf {
  readonly things: readonly TaggedThing[];
  readonly next: string | undefined;
}

/** As many as EC2 gives at once of each of these. */
const MOST = 1_000;
/** A look of many pages must not be lost to one that was throttled: nothing above it repeats a page. */
const TRIES = 4;
const PAUSE_MS = 500;

const ofKeys = (...keys: string[]): Filter[] => [{ Name: 'tag-key', Values: keys }];
const BY_JOB = ofKeys(TAG.job);

/** Each list for itself: of one that fails, `failed` says so at its end, and the others go on. */
export async function* everythingOfOurs(reach: TenantReach, size = MOST): AsyncGenerator<OursPage> {
  for (const [kind, page] of Object.entries(LISTS)) {
    const action = `ec2:Describe${kind}`;
    try {
      yield* pages(reach, action, (next) => page(reach, { MaxResults: size, ...from(next) }));
    } catch (error) {
      yield { things: [], failed: { list: action, error } };
    }
  }
}

interface PageInput {
  readonly MaxResults: number;
  readonly NextToken?: string;
}
type List = (reach: TenantReach, input: PageInput) => Promise<PageOf>;
type Page = (next: string | undefined) => Promise<PageOf>;

/** A page may be empty and go on all the same. */
async function* pages(reach: TenantReach, action: string, page: Page): AsyncGenerator<OursPage> {
  let next: string | undefined;
  do {
    const answer = await persistently(reach, () => reach.call(action, () => page(next)));
    yield { things: answer.things };
    next = answer.next;
  } while (next !== undefined);
}

const persistently = async <T>({ wait }: TenantReach, call: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TransientFailure) || tries === TRIES) throw error;
      await wait(PAUSE_MS * 2 ** (tries - 1));
    }
  }
};

const instances: List = async ({ ec2 }, input) => {
  const action = 'ec2:DescribeInstances';
  const answer = await ec2.send(new DescribeInstancesCommand({ Filters: BY_JOB, ...input }));
  const all = (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
  const there = all.filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down');
  return {
    things: there.map(({ InstanceId, Tags, LaunchTime }) => ({
      kind: 'instance',
      id: required(InstanceId, 'InstanceId', action),
      tags: tagsOf(Tags),
      createdAt: required(LaunchTime, 'LaunchTime', action).getTime(),
    })),
    next: answer.NextToken,
  };
};

const volumes: List = async ({ ec2 }, input) => {
  const action = 'ec2:DescribeVolumes';
  const Filters = ofKeys(TAG.job, REPLACED_BY);
  const answer = await ec2.send(new DescribeVolumesCommand({ Filters, ...input }));
  const there = (answer.Volumes ?? []).filter(({ State }) => State !== 'deleting' && State !== 'deleted');
  return {
    things: there.map(({ VolumeId, Tags, CreateTime, Attachments = [] }) => {
      const attached = Attachments.find(({ State }) => State !== 'detached');
      return {
        kind: 'volume',
        id: required(VolumeId, 'VolumeId', action),
        tags: tagsOf(Tags),
        createdAt: required(CreateTime, 'CreateTime', action).getTime(),
        ...(attached?.InstanceId === undefined ? {} : { attachedTo: attached.InstanceId }),
        ...(attached?.State === 'detaching' ? { isLeaving: true } : {}),
      };
    }),
    next: answer.NextToken,
  };
};

const images: List = async ({ ec2 }, input) => {
  const action = 'ec2:DescribeImages';
  const answer = await ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: BY_JOB, ...input }));
  return {
    things: (answer.Images ?? []).map(({ ImageId, Tags, CreationDate }) => ({
      kind: 'image',
      id: required(ImageId, 'ImageId', action),
      tags: tagsOf(Tags),
      createdAt: Date.parse(required(CreationDate, 'CreationDate', action)),
    })),
    next: answer.NextToken,
  };
};

const snapshots: List = async ({ ec2 }, input) => {
  const action = 'ec2:DescribeSnapshots';
  const answer = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: BY_JOB, ...input }));
  return {
    things: (answer.Snapshots ?? []).map(({ SnapshotId, Tags, StartTime, VolumeId }) => ({
      kind: 'snapshot',
      id: required(SnapshotId, 'SnapshotId', action),
      tags: tagsOf(Tags),
      createdAt: required(StartTime, 'StartTime', action).getTime(),
      ...(VolumeId === undefined ? {} : { sourceVolumeId: VolumeId }),
    })),
    next: answer.NextToken,
  };
};

const from = (NextToken: string | undefined): { NextToken?: string } => (NextToken === undefined ? {} : { NextToken });

const LISTS = { Instances: instances, Volumes: volumes, Images: images, Snapshots: snapshots } as const;
