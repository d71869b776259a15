import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, objectArn } from './buckets.ts';
import { bucketMembers, objectMembers, presentHeaders, type S3, xmlResponse } from './context.ts';
import { malformedXml } from './errors.ts';
import { requestFields } from './request-fields.ts';
import { readXml, xmlList, xmlText } from './xml.ts';

const deleteAccess = (
  s3: S3,
  bucketName: string,
  key: string,
  versionId: string | undefined,
  bypass: boolean,
): Access[] => {
  const bucket = s3.buckets.open(bucketName);
  const access = (action: string) =>
    bucketAccess(bucket, action, objectArn(bucketName, key), { 's3:VersionId': versionId });
  return [
    access(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion'),
    ...(bypass ? [access('s3:BypassGovernanceRetention')] : []),
  ];
};

const isTrue = (value: string | boolean | undefined): boolean => value === true || value === 'true';

const remove = (
  s3: S3,
  bucket: string,
  key: string,
  versionId: string | undefined,
  bypass: boolean,
  ifMatch?: string,
) =>
  versionId === undefined
    ? s3.objects.delete(bucket, key, ifMatch)
    : s3.objects.deleteVersion(bucket, key, versionId, bypass);

export const deleteObject = (s3: S3): Operation =>
  operation({
    name: 'DeleteObject',
    input: z.strictObject({
      ...objectMembers,
      VersionId: z.string().optional(),
      IfMatch: z.string().optional(),
      BypassGovernanceRetention: z.union([z.string(), z.boolean()]).optional(),
    }),
    route: { method: 'DELETE', path: '/{Bucket}/{Key+}' },
    parse: (request, params) =>
      requestFields(request, params, {
        headers: { 'if-match': 'IfMatch', 'x-amz-bypass-governance-retention': 'BypassGovernanceRetention' },
        query: { versionId: 'VersionId' },
      }),
    access: (given) =>
      deleteAccess(s3, given.Bucket, given.Key, given.VersionId, isTrue(given.BypassGovernanceRetention)),
    async run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const bypass = isTrue(given.BypassGovernanceRetention);
      const { versionId, deleteMarker } = await remove(
        s3,
        given.Bucket,
        given.Key,
        given.VersionId,
        bypass,
        given.IfMatch,
      );
      return { ...(versionId !== undefined && { VersionId: versionId }), ...(deleteMarker && { DeleteMarker: true }) };
    },
    render: (output) => ({
      status: 204,
      headers: presentHeaders({
        'x-amz-version-id': output.VersionId,
        'x-amz-delete-marker': output.DeleteMarker ? 'true' : undefined,
      }),
    }),
  });

interface Deleted {
  readonly Key: string;
  readonly VersionId?: string;
  readonly DeleteMarker?: boolean;
  readonly DeleteMarkerVersionId?: string;
}

/**
 * Every key is authorised before any is deleted, and one that is denied denies the call; AWS would name it among the
 * `Error` elements and delete the rest.
 */
export const deleteObjects = (s3: S3): Operation =>
  operation({
    name: 'DeleteObjects',
    input: z.strictObject({
      ...bucketMembers,
      Delete: z.strictObject({
        Objects: z
          .array(z.strictObject({ Key: z.string().min(1), VersionId: z.string().optional() }))
          .min(1)
          .max(1000),
        Quiet: z.boolean().optional(),
      }),
      BypassGovernanceRetention: z.union([z.string(), z.boolean()]).optional(),
      ContentMD5: z.string().optional(),
    }),
    route: { method: 'POST', path: '/{Bucket}', query: ['delete'] },
    parse: (request, params) => {
      const body = readXml(request.body, 'Delete');
      const objects = xmlList(body.Object).map((node) => {
        const VersionId = xmlText(node.VersionId);
        return { Key: xmlText(node.Key), ...(VersionId !== undefined && { VersionId }) };
      });
      if (objects.length === 0 || objects.length > 1000) throw malformedXml();
      return {
        ...requestFields(request, params, {
          headers: {
            'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
            'content-md5': 'ContentMD5',
          },
          bodyChecksum: true,
        }),
        Delete: { Objects: objects, Quiet: xmlText(body.Quiet) === 'true' },
      };
    },
    access: (given) =>
      given.Delete.Objects.flatMap((object) =>
        deleteAccess(s3, given.Bucket, object.Key, object.VersionId, isTrue(given.BypassGovernanceRetention)),
      ),
    async run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const bypass = isTrue(given.BypassGovernanceRetention);
      const Deleted: Deleted[] = [];
      const Errors: { Key: string; VersionId?: string; Code: string; Message: string }[] = [];
      for (const { Key, VersionId } of given.Delete.Objects) {
        try {
          const { versionId, deleteMarker } = await remove(s3, given.Bucket, Key, VersionId, bypass);
          Deleted.push({
            Key,
            ...(VersionId !== undefined && { VersionId }),
            ...(deleteMarker && {
              DeleteMarker: true,
              ...(versionId !== undefined && { DeleteMarkerVersionId: versionId }),
            }),
          });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ Key, ...(VersionId !== undefined && { VersionId }), Code: error.code, Message: error.message });
        }
      }
      return { Deleted: given.Delete.Quiet ? [] : Deleted, Errors };
    },
    render: (output) =>
      xmlResponse('DeleteResult', {
        Deleted: output.Deleted.map((entry) => ({ ...entry })),
        Error: output.Errors.map((entry) => ({ ...entry })),
      }),
  });
