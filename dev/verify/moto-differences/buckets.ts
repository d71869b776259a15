import { AWS_SAYS } from '../aws-words.ts';
import type { Difference } from '../difference.ts';

/** S3: checksums, uploads, versions and locks. */
export const BUCKETS: readonly Difference[] = [
  {
    test: /buckets › refuse a body that is not what its checksum says/,
    says: /Missing expected rejection/,
    moto: 'x-amz-checksum-* of a request is not compared with the body.',
    aws: 'BadDigest.',
    evidence: [AWS_SAYS.bodyChecksum],
    open: 'The code is that of a wrong Content-MD5; for these checksums the page says only that the request is refused.',
  },
  {
    test: /buckets › want a checksum with whatever is locked/,
    says: /MissingUploadObjectWithObjectLockHeaders/,
    moto: 'The error’s code is MissingUploadObjectWithObjectLockHeaders.',
    aws: 'InvalidRequest; Content-MD5 or x-amz-sdk-checksum-algorithm is required.',
    evidence: [AWS_SAYS.lockedUpload],
    open: 'The code InvalidRequest was seen in reports of users only: “Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters”.',
  },
  {
    test: /buckets › show open uploads/,
    says: /falsy value/,
    moto: 'Every upload was begun in 2010.',
    aws: 'Initiated is the date and time at which the upload was begun.',
    evidence: [AWS_SAYS.initiated],
  },
  {
    test: /buckets › lock what was uploaded in parts/,
    says: /XML parse error/,
    moto: 'GetObjectRetention is not implemented: the object itself is answered.',
    aws: 'Mode and RetainUntilDate.',
    evidence: [AWS_SAYS.retention],
  },
  {
    test: /buckets › keep anchors of the audit log/,
    says: /XML parse error/,
    moto: 'GetObjectRetention is not implemented: the object itself is answered.',
    aws: 'Mode and RetainUntilDate.',
    evidence: [AWS_SAYS.retention],
  },
  {
    test: /^versions and locks in S3 by (the SDK|own HTTP) › where versions are suspended/,
    says: /versionId: 'null'/,
    moto: 'Of an object in a bucket with suspended versions no version id is told.',
    aws: 'Its version id is null, and x-amz-version-id says so.',
    evidence: [AWS_SAYS.nullVersion],
  },
  {
    test: /^versions and locks in S3 by (the SDK|own HTTP) › with Object Lock › (an object is created locked|a second writer|a lock is extended|a delete marker hides|what no lock is for|in a bucket without it)/,
    says: /XML parse error|an answer that is no retention/,
    moto: 'GetObjectRetention is not implemented: the object itself is answered.',
    aws: 'Mode and RetainUntilDate; NoSuchObjectLockConfiguration where there is none.',
    evidence: [AWS_SAYS.retention],
    open: 'That code was seen in clients of S3 only, in no page of AWS’s.',
  },
  {
    test: /^versions and locks in S3 by (the SDK|own HTTP) › with Object Lock › a (locked version cannot|version that is locked otherwise)/,
    says: /LibraryUnavailable/,
    moto: 'The delete is refused, but with the bare words "Access Denied".',
    aws: 'AccessDenied, with the words that the object is protected by Object Lock.',
    evidence: [],
    open: 'Seen in reports of users only: “Access Denied because object protected by object lock.”',
  },
  {
    test: /^versions and locks in S3 by (the SDK|own HTTP) › with Object Lock › a lock is not shortened/,
    says: /Missing expected rejection/,
    moto: 'PutObjectRetention shortens a lock in compliance mode.',
    aws: 'In compliance mode a retention period cannot be shortened.',
    evidence: [AWS_SAYS.compliance],
  },
];
