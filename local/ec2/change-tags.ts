import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { on, requested } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownImage, ownInstance, ownSnapshot, ownVolume } from './find.ts';
import type { Image, Instance, Snapshot, Volume } from './records.ts';
import { tagList, texts } from './schema.ts';
import { checkCount, readTags, type Tags } from './tags.ts';

export const createTags = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateTags',
    input: { ResourceId: texts, Tag: tagList },
    access: ({ ResourceId, Tag }, call) =>
      ResourceId.map((id) => on('CreateTags', call, resource(ec2, call, id), requested(readTags(Tag)))),
    run({ ResourceId, Tag }, call) {
      const tags = readTags(Tag);
      const changed = ResourceId.map((id) => ({ id, tags: checkCount({ ...resource(ec2, call, id).tags, ...tags }) }));
      for (const { id, tags } of changed) setTags(ec2, id, tags);
      return { return: true };
    },
  });

export const deleteTags = (ec2: Ec2) =>
  ec2Operation({
    name: 'DeleteTags',
    input: { ResourceId: texts, Tag: tagList.optional() },
    access: ({ ResourceId, Tag }, call) =>
      ResourceId.map((id) =>
        on('DeleteTags', call, resource(ec2, call, id), { 'aws:TagKeys': (Tag ?? []).map(({ Key }) => Key) }),
      ),
    run({ ResourceId, Tag }, call) {
      const resources = ResourceId.map((id) => resource(ec2, call, id));
      for (const { id, tags } of resources) {
        const left = Object.entries(tags).filter(([key, value]) => {
          if (key.startsWith('aws:')) return true;
          // Without a list all go; with a value, only where it is the same.
          return Tag !== undefined && !Tag.some(({ Key, Value }) => Key === key && (Value ?? value) === value);
        });
        setTags(ec2, id, Object.fromEntries(left));
      }
      return { return: true };
    },
  });

const resource = (ec2: Ec2, call: Call, id: string): Volume | Snapshot | Instance | Image => {
  if (id.startsWith('vol-')) return ownVolume(ec2, call, id);
  if (id.startsWith('snap-')) return ownSnapshot(ec2, call, id);
  if (id.startsWith('ami-')) return ownImage(ec2, call, id);
  if (id.startsWith('i-')) return ownInstance(ec2, call, id);
  throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
};

const setTags = (ec2: Ec2, id: string, tags: Tags): void => {
  if (id.startsWith('vol-')) ec2.volumes.change(id, { tags });
  else if (id.startsWith('snap-')) ec2.snapshots.change(id, { tags });
  else if (id.startsWith('ami-')) ec2.images.change(id, { tags });
  else ec2.instances.change(id, { tags });
};
