/** A template where CloudFormation's console of another account can read it, for a time: an object and its presigned URL. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './clients.ts';
import { clientSettings } from './clients.ts';

export interface TemplatePlace {
  readonly bucket: string;
  readonly key: string;
  /** Of the bucket. */
  readonly region: string;
  /** Absent: AWS's. */
  readonly endpoint?: string | undefined;
}

/** S3 takes no longer one. */
export const LONGEST_VALID_SECONDS = 604_800;

/** A bucket with a dot in its name has no certificate for a host name of its own. */
const urlOf = ({ bucket, key, region, endpoint }: TemplatePlace): URL => {
  const path = key.split('/').map(encodeURIComponent).join('/');
  if (endpoint !== undefined) return new URL(`${endpoint.replace(/\/$/, '')}/${bucket}/${path}`);
  if (bucket.includes('.')) return new URL(`https://s3.${region}.amazonaws.com/${bucket}/${path}`);
  return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`);
};

const PAYLOAD = 'x-amz-content-sha256';
/** Told to the signer alone: whoever opens a link sends no such header. */
const PAYLOAD_HASH = new Set([PAYLOAD]);

/**
 * Whoever has the URL can read that version of the object until it ends: in `seconds`, or with the credentials if they end
 * before. Whoever may write to the bucket can put another template over it, which the URL does not lead to.
 */
export const presignedUrl = async (
  place: TemplatePlace,
  versionId: string,
  credentials: Credentials,
  seconds: number,
  now: Date,
): Promise<string> => {
  const url = urlOf(place);
  const signer = new SignatureV4({
    service: 's3',
    region: place.region,
    sha256: Sha256,
    credentials,
    // S3 alone signs a path as it is sent.
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, [PAYLOAD]: 'UNSIGNED-PAYLOAD' },
      query: { versionId },
    },
    { expiresIn: seconds, signingDate: now, unhoistableHeaders: PAYLOAD_HASH, unsignableHeaders: PAYLOAD_HASH },
  );
  for (const [name, value] of Object.entries(signed.query ?? {})) url.searchParams.set(name, String(value));
  return url.href;
};

/**
 * → the version's id. Errors: the SDK's (NoSuchBucket, AccessDenied, PermanentRedirect for another region, …), and one that
 * says so where the bucket keeps no versions; nothing is put there then.
 */
export const putTemplate = async (
  { bucket, key, region, endpoint }: TemplatePlace,
  credentials: Credentials,
  template: string,
): Promise<string> => {
  const client = new S3Client({
    ...clientSettings('own', region, credentials),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  try {
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    const { VersionId } =
      Status === 'Enabled'
        ? await client.send(
            new PutObjectCommand({ Bucket: bucket, Key: key, Body: template, ContentType: 'application/json' }),
          )
        : {};
    if (VersionId !== undefined) return VersionId;
    throw new Error('The bucket keeps no versions, so the link could come to lead to another template.');
  } finally {
    client.destroy();
  }
};
