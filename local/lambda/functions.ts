import { AwsError } from '../kernel/errors.ts';
import type { Access, Kernel, PolicyDocument } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';

export interface FunctionRecord {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly arn: string;
  readonly roleArn: string;
  /** Absolute path of the module that Node imports: bundled or plain, `.mjs`, `.js`, `.cjs` or `.ts`. */
  readonly codePath: string;
  readonly codeSha256: string;
  readonly codeSize: number;
  /** Folder for the code as V8 compiled it; by default the cloud's own. */
  readonly compileCache?: string;
  readonly handlerExport: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** How many invocations run at once; further ones wait (AWS would throttle them at the account's limit). */
  readonly maxInstances: number;
  /** The function's resource policy. */
  readonly policy?: PolicyDocument;
  /** Another one at each deployment: instances of older revisions get no more invocations. */
  readonly revisionId: string;
  /** ms since 1970 */
  readonly modifiedAt: number;
}

export const functionArn = (region: string, accountId: string, name: string): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${name}`;

const FORMS = /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST))?$/;

/** Functions of all accounts and regions. */
export class Functions {
  readonly #table: Table<FunctionRecord>;

  constructor(kernel: Kernel) {
    this.#table = kernel.store.table<FunctionRecord>('lambda.functions');
  }

  put(record: FunctionRecord): void {
    this.#table.put(record.arn, record);
  }

  find(arn: string): FunctionRecord | undefined {
    return this.#table.get(arn);
  }

  delete(record: FunctionRecord): void {
    this.#table.delete(record.arn);
  }

  *list(region: string, accountId: string): Iterable<FunctionRecord> {
    for (const { value } of this.#table.entries(functionArn(region, accountId, ''))) yield value;
  }

  /** By name, ARN or partial ARN, `$LATEST` at most behind it. Throws ResourceNotFoundException. */
  open(
    name: string,
    place: { readonly region: string; readonly accountId: string },
    qualifier?: string,
  ): FunctionRecord {
    const match = FORMS.exec(name);
    if (!match)
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${FORMS.source}`,
        400,
      );
    const [, region = place.region, accountId = place.accountId, plainName = ''] = match;
    const arn = functionArn(region, accountId, plainName);
    // There are no versions and aliases here: all but $LATEST is as absent as an unpublished version is on AWS.
    const found = qualifier === undefined || qualifier === '$LATEST' ? this.find(arn) : undefined;
    if (!found || region !== place.region) {
      const named = qualifier === undefined ? arn : `${arn}:${qualifier}`;
      throw new AwsError('ResourceNotFoundException', `Function not found: ${named}`, 404, { Type: 'User' });
    }
    return found;
  }
}

export const functionAccess = (record: FunctionRecord, action: string): Access => ({
  action,
  resource: record.arn,
  resourceAccountId: record.accountId,
  ...(record.policy && { resourcePolicy: record.policy }),
});
