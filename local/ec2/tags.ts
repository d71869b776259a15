import { AwsError } from '../kernel/errors.ts';
import type { TagSpecifications } from './schema.ts';

export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;

/** Turns a list of tags into a record. Throws as EC2 does on reserved keys, doubles and lengths. */
export const readTags = (list: readonly { Key: string; Value?: string | undefined }[]): Tags => {
  const tags: Record<string, string> = {};
  for (const { Key, Value = '' } of list) {
    if (Key.toLowerCase().startsWith('aws:')) {
      const what = `Tag keys starting with 'aws:' are reserved for internal use`;
      throw new AwsError('InvalidParameterValue', what);
    }
    if (Key.length < 1 || Key.length > 127)
      throw new AwsError('InvalidParameterValue', 'Tag keys must be between 1 and 127 characters in length');
    if (Value.length > 255)
      throw new AwsError('InvalidParameterValue', 'Tag value exceeds the maximum length of 255 characters');
    if (Object.hasOwn(tags, Key)) throw new AwsError('InvalidParameterValue', `Duplicate tag key '${Key}' specified.`);
    tags[Key] = Value;
  }
  return tags;
};

/** The tags that a request gives to new resources of a type; other types than `allowed` are refused. */
export const tagsFor = (
  specifications: TagSpecifications | undefined,
  type: string,
  allowed: readonly string[] = [type],
): Tags => {
  for (const { ResourceType } of specifications ?? []) {
    if (!allowed.includes(ResourceType)) {
      const what = `'${ResourceType}' is not a valid taggable resource type for this operation.`;
      throw new AwsError('InvalidParameterValue', what);
    }
  }
  const tags = (specifications ?? []).filter(({ ResourceType }) => ResourceType === type);
  return checkCount(readTags(tags.flatMap(({ Tag }) => Tag ?? [])));
};

export const checkCount = (tags: Tags): Tags => {
  // Tags that AWS sets itself do not count.
  if (Object.keys(tags).filter((key) => !key.startsWith('aws:')).length <= MOST_TAGS) return tags;
  throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
};

export const tagSet = (tags: Tags): { item: { key: string; value: string }[] } => ({
  item: Object.entries(tags).map(([key, value]) => ({ key, value })),
});
