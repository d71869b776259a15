import type { TrailMark } from '../../local/trail/trail.ts';
import type { Tour } from './world.ts';

const OBJECT = /^arn:aws:s3:::([^/]+)\/(.+)$/;

/** Keys of the objects that were written since a moment, by bucket. (The trail names what data calls were made upon.) */
export const writtenObjects = async (
  { local }: Tour,
  since: TrailMark,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const written = new Map<string, string[]>();
  const records = await local.cloud.trail.records({ since, eventName: 'PutObject' });
  for (const { ARN } of records.flatMap(({ resources = [] }) => resources)) {
    const [, bucket, key] = OBJECT.exec(ARN) ?? [];
    if (bucket !== undefined && key !== undefined) written.set(bucket, [...(written.get(bucket) ?? []), key]);
  }
  return written;
};
