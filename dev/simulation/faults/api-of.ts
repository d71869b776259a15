import type { SimCall } from '../call.ts';

/** The DocumentClient's commands, by the API that they call. */
const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  BatchGet: 'BatchGetItem',
  BatchWrite: 'BatchWriteItem',
};

/** The API that a call goes to, as IAM would name it, e.g. `ec2:CreateSnapshots`. */
export const apiOf = ({ service, operation }: Pick<SimCall, 'service' | 'operation'>): string => {
  // asked for by the SDK itself, in the course of some command
  if (service === 'unsigned') return 'container:GetCredentials';
  return `${service}:${service === 'dynamodb' ? (DOCUMENT_COMMANDS[operation] ?? operation) : operation}`;
};

/** `take-snapshots#2` is an instance of the function `take-snapshots`; all access nodes are alike. */
const functionOf = (name: string): string => name.replace(/#\d+$/, '');

/**
 * Who calls which API, in two resolutions: `function ec2:CreateSnapshots`, since an access node and a function have
 * different clients and layers of retries; and `take-snapshots ec2:CreateSnapshots`, since each state has its own Retry.
 */
export const pathsOf = (call: SimCall): readonly string[] =>
  [call.kind, ...(call.kind === 'function' ? [functionOf(call.who)] : [])].map((caller) => `${caller} ${apiOf(call)}`);

/** Whether a process is the caller that a path names. */
export const isCaller = (process: { kind: string; name: string } | undefined, caller = ''): boolean =>
  process !== undefined && (process.kind === caller || functionOf(process.name) === caller);
