import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { OpenUpload, OpenUploads } from '../../core/ports/sweeps.ts';
import { awsName, callOwn, required } from './classify.ts';

/**
 * Nothing of ours uploads in parts but Step Functions' result writer, and who has a writer's session could: parts that were
 * never joined are shown by no list of objects, and are paid for.
 */
export const createS3OpenUploads = ({
  client,
  buckets,
}: {
  readonly client: S3Client;
  readonly buckets: readonly string[];
}): OpenUploads => ({
  async list() {
    const found: OpenUpload[] = [];
    for (const bucket of buckets) {
      let after: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
      while (after) {
        const action = 's3:ListMultipartUploads';
        const page = await callOwn(action, () =>
          client.send(new ListMultipartUploadsCommand({ Bucket: bucket, ...after })),
        );
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          found.push({
            bucket,
            key: required(Key, 'Key', action),
            uploadId: required(UploadId, 'UploadId', action),
            begunAt: required(Initiated, 'Initiated', action).getTime(),
          });
        }
        const { NextKeyMarker, NextUploadIdMarker } = page;
        const isMore = page.IsTruncated === true && NextKeyMarker !== undefined;
        after = isMore
          ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) }
          : undefined;
      }
    }
    return found;
  },
  async abort({ bucket, key, uploadId }) {
    try {
      await callOwn('s3:AbortMultipartUpload', () =>
        client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })),
      );
    } catch (error) {
      if (awsName(error) !== 'NoSuchUpload') throw error;
    }
  },
});
