import { AwsError } from '../kernel/errors.ts';

/** S3's own wording of the errors that more than one operation answers with. */
export const noSuchBucket = (bucket: string) =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });

export const noSuchKey = (key: string) =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });

export const noSuchVersion = (key: string, versionId: string) =>
  new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key, VersionId: versionId });

export const noSuchUpload = (uploadId: string) =>
  new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: uploadId },
  );

export const preconditionFailed = (condition: string) =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

export const conditionalConflict = (condition: string, key: string) =>
  new AwsError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
    { Condition: condition, Key: key },
  );

export const invalidArgument = (name: string, value: string, message = 'Invalid Argument') =>
  new AwsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });

export const invalidRequest = (message: string) => new AwsError('InvalidRequest', message, 400);

export const malformedXml = () =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );

export const notImplemented = (what: string) =>
  new AwsError(
    'NotImplemented',
    'A header or parameter you provided implies functionality that is not implemented',
    501,
    {
      Header: what,
    },
  );

export const objectLocked = () =>
  new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);

/** What a write gets when the disk, or the bucket's quota, is full. S3 never says that it is full. */
export const internalError = () =>
  new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
