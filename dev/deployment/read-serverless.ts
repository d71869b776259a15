import { basename, dirname } from 'node:path';
import { type CollectionTag, parse, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { type Mutation, mutatedText } from './mutation.ts';

export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly stage: string;
}

/** `serverless.yml` with its variables resolved; CloudFormation's functions are left for the deployment. */
export interface Deployment {
  readonly provider: {
    readonly environment: Record<string, unknown>;
    readonly timeout: number;
    readonly memorySize: number;
    readonly apiGateway: { readonly resourcePolicy: readonly Record<string, unknown>[] };
  };
  readonly custom: Record<string, unknown> & { readonly name: string; readonly esbuild: Record<string, unknown> };
  readonly functions: Record<string, FunctionDefinition>;
  readonly stepFunctions: { readonly stateMachines: Record<string, MachineDefinition> };
  readonly resources: readonly { readonly Resources: Record<string, ResourceDefinition> }[];
}

export interface FunctionDefinition {
  readonly handler: string;
  readonly name: string;
  readonly role: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly environment?: Record<string, unknown>;
  readonly events?: readonly FunctionEvent[];
}

export interface FunctionEvent {
  readonly http?: { readonly method: string; readonly path: string; readonly authorizer: 'aws_iam' };
  readonly eventBridge?: { readonly pattern: Record<string, unknown> };
}

export interface MachineDefinition {
  readonly id: string;
  readonly name: string;
  readonly role: unknown;
  readonly definition: Record<string, unknown>;
}

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** The short forms of CloudFormation's functions, as the long ones. */
const shortForm = (tag: string, make: (value: unknown) => unknown): [ScalarTag, CollectionTag] => [
  { tag, resolve: (text) => make(text) },
  { tag, collection: 'seq', nodeClass: YAMLSeq, resolve: (node) => make((node as YAMLSeq).toJSON()) } as CollectionTag,
];
const customTags = [
  ...shortForm('!GetAtt', (value) => ({ 'Fn::GetAtt': typeof value === 'string' ? value.split('.') : value })),
  ...shortForm('!Ref', (value) => ({ Ref: value })),
];

/**
 * Reads the deployment that `serverless.yml` describes. Only the variables that it uses are known: `self:`, `sls:stage`,
 * `aws:region`, `opt:` and `param:` with a default, and `file()`; any other is an error, never left as it stands. `custom.account` is
 * the place's: a packaged template leaves it to CloudFormation. `overrides` replace entries of `custom`; `mutations`
 * change the files.
 */
export const readServerless = (
  path: string,
  place: Place,
  overrides: Readonly<Record<string, string>> = {},
  mutations: readonly Mutation[] = [],
): Deployment => {
  const readYaml = (file: string): unknown =>
    parse(mutatedText(dirname(path), file, mutations), { merge: true, customTags, maxAliasCount: 1_000 });
  const read = readYaml(basename(path)) as Record<string, unknown>;
  const raw: Record<string, unknown> = {
    ...read,
    custom: { ...(read.custom as object), account: place.accountId, ...overrides },
  };
  const known: Record<string, string> = {
    'sls:stage': place.stage,
    'aws:region': place.region,
  };

  const variable = (expression: string): unknown => {
    const file = /^file\(([^)]+)\)$/.exec(expression);
    if (file) return resolve(readYaml(file[1] as string));
    const [source, fallback] = expression.split(',').map((part) => part.trim());
    if (source?.startsWith('self:')) {
      const value = source
        .slice('self:'.length)
        .split('.')
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], raw);
      if (value === undefined) throw new Error(`${path}: \${${expression}} is not defined`);
      return resolve(value);
    }
    if (source !== undefined && source in known) return known[source];
    if (/^(opt|param):/.test(source ?? '') && fallback) return fallback.replace(/^'(.*)'$/, '$1');
    throw new Error(`${path}: the variable \${${expression}} is not one that the local deployment knows`);
  };

  const resolve = (node: unknown): unknown => {
    if (typeof node === 'string') {
      // ${!…} is no variable of the framework's: Fn::Sub makes one of it that IAM reads
      const whole = /^\$\{(?!!)([^{}]+)\}$/.exec(node);
      if (whole) return variable(whole[1] as string);
      return node.replace(/\$\{(?!!)([^{}]+)\}/g, (_, expression: string) => String(variable(expression)));
    }
    if (Array.isArray(node)) return node.map(resolve);
    if (node instanceof YAMLMap) return resolve(node.toJSON());
    if (node && typeof node === 'object')
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value)]));
    return node;
  };
  return resolve(raw) as Deployment;
};
