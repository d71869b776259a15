import { AwsError } from '../../kernel/errors.ts';
import { StateFailure } from '../interpreter/errors.ts';

/** How AWS names a service in its own errors: `Lambda.TooManyRequestsException (Service: AWSLambda; …)`. */
export interface ServiceNames {
  readonly prefix: string;
  readonly service: string;
  /** What an error is called that the service's model does not know, AccessDenied above all. */
  readonly unmodelled: string;
  /** Codes that the model knows; all that end in `Exception` if absent. */
  readonly modelled?: readonly string[];
}

export const lambdaNames: ServiceNames = { prefix: 'Lambda', service: 'AWSLambda', unmodelled: 'AWSLambdaException' };
export const sqsNames: ServiceNames = {
  prefix: 'SQS',
  service: 'AmazonSQS',
  unmodelled: 'AmazonSQSException',
  modelled: ['QueueDoesNotExist', 'InvalidMessageContents', 'UnsupportedOperation'],
};
export const statesNames: ServiceNames = {
  prefix: 'StepFunctions',
  service: 'AWSStepFunctions',
  unmodelled: 'AWSStepFunctionsException',
  modelled: [
    'ExecutionAlreadyExists',
    'ExecutionDoesNotExist',
    'ExecutionLimitExceeded',
    'InvalidArn',
    'InvalidExecutionInput',
    'InvalidName',
    'StateMachineDeleting',
    'StateMachineDoesNotExist',
  ],
};
export const s3Names: ServiceNames = {
  prefix: 'S3',
  service: 'Amazon S3',
  unmodelled: 'AmazonS3Exception',
  modelled: [],
};

/** Short code of an SQS error: `AWS.SimpleQueueService.NonExistentQueue` is `QueueDoesNotExist` in the JSON protocol. */
const shortCode = (code: string): string =>
  code.endsWith('NonExistentQueue') ? 'QueueDoesNotExist' : (code.split('.').at(-1) ?? code);

/** A refused call as the failure of a state; anything else is an error of ours and passes. */
export const callFailure = (error: unknown, names: ServiceNames, requestId: string): unknown => {
  if (!(error instanceof AwsError)) return error;
  const code = shortCode(error.code);
  // There was no answer at all.
  if (code === 'SdkClientException') return new StateFailure(`${names.prefix}.${code}`, error.message);
  const isAccess = code.startsWith('AccessDenied');
  const modelled = names.modelled ? names.modelled.includes(code) : code.endsWith('Exception') && !isAccess;
  const name = modelled ? (code.endsWith('Exception') ? code : `${code}Exception`) : names.unmodelled;
  return new StateFailure(
    `${names.prefix}.${name}`,
    `${error.message} (Service: ${names.service}; Status Code: ${error.status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
};
