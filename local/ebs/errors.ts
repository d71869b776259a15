import { AwsError } from '../kernel/errors.ts';

/** EBS direct's errors: the name says the kind, `Reason` the case. */
export const invalid = (Reason: string, message: string): AwsError =>
  new AwsError('ValidationException', message, 400, { Reason });

export const snapshotNotFound = (id: string): AwsError =>
  new AwsError('ResourceNotFoundException', `The snapshot '${id}' does not exist.`, 404, {
    Reason: 'SNAPSHOT_NOT_FOUND',
  });

export const denied = (Reason: 'UNAUTHORIZED_ACCOUNT' | 'DEPENDENCY_ACCESS_DENIED', message: string): AwsError =>
  new AwsError('AccessDeniedException', message, 403, { Reason });

export const throttled = (Reason: 'ACCOUNT_THROTTLED' | 'RESOURCE_LEVEL_THROTTLE', message: string): AwsError =>
  new AwsError('RequestThrottledException', message, 400, { Reason });
