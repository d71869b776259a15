/**
 * A state's input or output as operators may see it. Histories hold task tokens, so that the rule is a positive one: a
 * value is shown where its name is one of the steps' contracts (core/contracts/steps.ts, which hold no secrets), or one
 * that Step Functions itself gives; and then without what looks like a token or a key. Pure.
 */
import { z } from 'zod';
import * as contracts from '../contracts/steps.ts';
import { isSecretName, withoutSecrets } from './without-secrets.ts';

export interface ShownData {
  /** JSON, indented; not whole, and not JSON any more, where it was cut. */
  readonly text: string;
  readonly cut?: true;
}

const NOT_SHOWN = '(not shown)';
/** Characters of one text: what a person reads. A payload has 32 KiB at most, of 128 volumes. */
const LONGEST = 16_000;
const DEEPEST = 10;

/** Of what Step Functions, or Lambda through it, answers about executions, Maps and errors. */
const OF_STEP_FUNCTIONS = [
  ...['Error', 'Cause', 'errorType', 'errorMessage', 'Payload', 'StatusCode', 'Input', 'Output'],
  ...['ExecutionArn', 'StateMachineArn', 'MapRunArn', 'Name', 'Status', 'StartDate', 'StopDate'],
  ...['ResultWriterDetails', 'Bucket', 'Key'],
];

/** What a command in a tenant's guest has printed is the tenant's. */
const NEVER = ['output'];

const namesIn = (schema: unknown, names: Set<string>): void => {
  if (Array.isArray(schema)) for (const each of schema) namesIn(each, names);
  else if (typeof schema === 'object' && schema !== null)
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === 'properties') for (const name of Object.keys(value)) names.add(name);
      namesIn(value, names);
    }
};

let known: ReadonlySet<string> | undefined;
/** Gathered when something is shown: most calls of the API show nothing. */
const knownNames = (): ReadonlySet<string> => {
  if (known) return known;
  const names = new Set(OF_STEP_FUNCTIONS);
  for (const schema of Object.values(contracts)) namesIn(z.toJSONSchema(schema, { io: 'input' }), names);
  for (const name of NEVER) names.delete(name);
  known = names;
  return names;
};

const parsed = (text: string): object | undefined => {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
};

/** Names and values, in a text of which there is no telling which names: cut, quoted, or JSON in JSON after a word. */
const HAS_MEMBERS = /\{\s*\\*"/;

const shown = (value: unknown, depth: number): unknown => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (depth > DEEPEST) return NOT_SHOWN;
  if (typeof value === 'string') {
    // a description of an execution, or what a Lambda function threw
    const document = parsed(value);
    if (document) return shown(document, depth + 1);
    return HAS_MEMBERS.test(value) ? NOT_SHOWN : withoutSecrets(value);
  }
  if (Array.isArray(value)) return value.map((each) => shown(each, depth + 1));
  if (typeof value !== 'object') return NOT_SHOWN;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      withoutSecrets(name),
      knownNames().has(name) && !isSecretName(name) ? shown(member, depth + 1) : NOT_SHOWN,
    ]),
  );
};

/** `json`: as the history has it. */
export const shownData = (json: string): ShownData => {
  const document = parsed(json);
  // a bare value has no name that would say what it is; one that Step Functions has cut is no JSON
  const text = document ? JSON.stringify(shown(document, 0), null, 2) : NOT_SHOWN;
  return text.length > LONGEST ? { text: text.slice(0, LONGEST), cut: true } : { text };
};
