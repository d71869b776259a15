import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel, Principal } from '../kernel/service.ts';
import type { FunctionRecord } from './functions.ts';

export const logGroupName = (functionName: string): string => `/aws/lambda/${functionName}`;

/** Whether the function's role may make its log stream, and write to it. */
export const mayLog = (kernel: Kernel, record: FunctionRecord, session: Principal, logStreamName: string): boolean => {
  const { region, accountId, functionName } = record;
  const group = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName(functionName)}`;
  const resource = `${group}:log-stream:${logStreamName}`;
  try {
    kernel.authorise(session, region, [
      { action: 'logs:CreateLogStream', resource },
      { action: 'logs:PutLogEvents', resource },
    ]);
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return false;
  }
};

/** What functions write to stdout and stderr: a file for each, `lambda-logs/<account>/<region>/<function>.log`. */
export class FunctionLogs {
  readonly #folder: string;
  readonly #streams = new Map<string, WriteStream>();

  constructor(kernel: Kernel) {
    this.#folder = kernel.store.folder('lambda-logs');
  }

  write(record: FunctionRecord, text: string | Buffer): void {
    let stream = this.#streams.get(record.arn);
    if (!stream) {
      const file = join(this.#folder, record.accountId, record.region, `${record.functionName}.log`);
      mkdirSync(dirname(file), { recursive: true });
      stream = createWriteStream(file, { flags: 'a' });
      // A full disk must not take the cloud down: what cannot be logged is lost, as in CloudWatch.
      stream.on('error', () => this.#streams.delete(record.arn));
      this.#streams.set(record.arn, stream);
    }
    stream.write(text);
  }

  async close(): Promise<void> {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.end(() => resolve()))));
  }
}
