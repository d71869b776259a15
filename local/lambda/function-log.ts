import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kernel } from '../kernel/service.ts';
import type { FunctionRecord } from './functions.ts';

export const logGroupName = (functionName: string): string => `/aws/lambda/${functionName}`;

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
