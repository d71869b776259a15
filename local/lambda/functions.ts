import { AwsError } from '../kernel/errors.ts';
import type { Access, Kernel, PolicyDocument } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';

/**
 * Another name of a function, `<function ARN>:<alias>`, which policies can allow by itself. There are no versions here:
 * every alias means $LATEST.
 */
export interface AliasRecord {
  /** Of the alias. */
  readonly arn: string;
  readonly name: string;
  readonly functionArn: string;
  readonly description: string;
  readonly revisionId: string;
}

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
  /** As it was asked for, by an alias; never kept. */
  readonly aliasArn?: string;
  /** The function's resource policy. */
  readonly policy?: PolicyDocument;
  /** Another one at each deployment: instances of older revisions get no more invocations. */
  readonly revisionId: string;
  /** ms since 1970 */
  readonly modifiedAt: number;
}

export const functionArn = (region: string, accountId: string, name: string): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${name}`;

const FORMS = /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]{1,128}))?$/;

/** Functions of all accounts and regions. */
export class Functions {
  readonly #table: Table<FunctionRecord>;
  readonly #aliases: Table<AliasRecord>;

  constructor(kernel: Kernel) {
    this.#table = kernel.store.table<FunctionRecord>('lambda.functions');
    this.#aliases = kernel.store.table<AliasRecord>('lambda.aliases');
  }

  put(record: FunctionRecord): void {
    this.#table.put(record.arn, record);
  }

  /** By the ARN of the function, or of an alias of it. */
  find(arn: string): FunctionRecord | undefined {
    const alias = this.#aliases.get(arn);
    const record = this.#table.get(alias?.functionArn ?? arn);
    return record && alias ? { ...record, aliasArn: alias.arn } : record;
  }

  alias(arn: string): AliasRecord | undefined {
    return this.#aliases.get(arn);
  }

  putAlias(alias: AliasRecord): void {
    this.#aliases.put(alias.arn, alias);
  }

  deleteAlias(arn: string): void {
    this.#aliases.delete(arn);
  }

  /** With its aliases. */
  delete(record: FunctionRecord): void {
    for (const { value } of [...this.#aliases.entries(`${record.arn}:`)]) this.deleteAlias(value.arn);
    this.#table.delete(record.arn);
  }

  *list(region: string, accountId: string): Iterable<FunctionRecord> {
    for (const { value } of this.#table.entries(functionArn(region, accountId, ''))) yield value;
  }

  /** By name, ARN or partial ARN, `$LATEST` or an alias behind it or beside it. Throws ResourceNotFoundException. */
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
    const [, region = place.region, accountId = place.accountId, plainName = '', suffix] = match;
    const arn = functionArn(region, accountId, plainName);
    const wanted = qualifier ?? suffix;
    // There are no versions here: all but $LATEST and aliases is as absent as an unpublished version is on AWS.
    const named = wanted === undefined || wanted === '$LATEST' ? arn : `${arn}:${wanted}`;
    const found = suffix === undefined || suffix === wanted ? this.find(named) : undefined;
    if (!found || region !== place.region) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${named}`, 404, { Type: 'User' });
    }
    return found;
  }
}

export const functionAccess = (record: FunctionRecord, action: string): Access => ({
  action,
  resource: record.aliasArn ?? record.arn,
  resourceAccountId: record.accountId,
  // A function's policy does not hold for its aliases, which would have their own.
  ...(record.policy && record.aliasArn === undefined && { resourcePolicy: record.policy }),
});
