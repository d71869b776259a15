import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

export interface BucketOf {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** Each object and its bytes, as `aws s3 sync` takes them: the latest version, and not which one it is. */
export async function* objectsOf({ s3, bucket }: BucketOf): AsyncGenerator<[key: string, bytes: Uint8Array]> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      if (!Body) throw new Error(`${Key} came without a body`);
      yield [Key, await Body.transformToByteArray()];
    }
  }
}

/** Answers with how many objects there are. */
export const copyBucket = async (from: BucketOf, to: BucketOf): Promise<number> => {
  let copied = 0;
  for await (const [Key, Body] of objectsOf(from)) {
    await to.s3.send(new PutObjectCommand({ Bucket: to.bucket, Key, Body }));
    copied++;
  }
  return copied;
};
