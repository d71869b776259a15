import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { Tags } from '../../core/ports/tags.ts';

export const tagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagsOf = (list: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

/** EC2 refuses a specification without tags. */
export const tagSpecifications = (parts: Partial<Record<ResourceType, Tags>>): TagSpecification[] =>
  Object.entries(parts)
    .filter(([, tags]) => Object.keys(tags).length > 0)
    .map(([type, tags]) => ({ ResourceType: type as ResourceType, Tags: tagList(tags) }));
