import { CopyObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { WorkArea } from '../../core/ports/control.ts';
import { awsName, callOwn, required } from './classify.ts';

/** Make the client with `clientSettings('own', region)`. A missing key is told from a refused one only with s3:ListBucket. */
export const createS3WorkArea = ({ client, bucket }: { client: S3Client; bucket: string }): WorkArea => ({
  bucket,
  getJson: (key) =>
    callOwn('s3:GetObject', async () => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return JSON.parse(await required(Body, 'its body', 's3:GetObject').transformToString()) as unknown;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    }),
  async putJson(key, value) {
    await callOwn('s3:PutObject', () =>
      client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(value),
          ContentType: 'application/json',
        }),
      ),
    );
  },
  copy: (from, to) =>
    callOwn('s3:CopyObject', async () => {
      try {
        await client.send(
          new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: encodeURI(`${bucket}/${from}`) }),
        );
        return true;
      } catch (error) {
        if (awsName(error) === 'NoSuchKey') return false;
        throw error;
      }
    }),
});
