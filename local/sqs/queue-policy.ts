import { openDirectory } from '../iam/directory.ts';
import { toList } from '../iam/match.ts';
import { parsePolicy } from '../iam/policy-documents.ts';
import type { Kernel, PolicyDocument, PolicyStatement } from '../kernel/service.ts';
import { invalidAttributeValue } from './errors.ts';
import type { QueueAttributes } from './queue-attributes.ts';

/** SQS's own limits on a queue's policy. */
const MOST = { bytes: 8_192, statements: 20, principals: 50, conditions: 10 };

/**
 * A queue's policy as it is kept beside its attributes: users and roles by their unique ids, as they are when the policy
 * is set. Throws InvalidAttributeValue for what SQS does not take: too large, about other queues, or naming whom nobody
 * knows.
 */
export const pinnedPolicyOf = (
  kernel: Kernel,
  queueArn: string,
  { Policy }: QueueAttributes,
): { readonly pinnedPolicy?: PolicyDocument } =>
  Policy === undefined ? {} : { pinnedPolicy: readPolicy(kernel, queueArn, Policy) };

const readPolicy = (kernel: Kernel, queueArn: string, text: string): PolicyDocument => {
  try {
    const policy = parsePolicy(text, 'resource');
    const statements = [policy.Statement].flat() as readonly PolicyStatement[];
    const isSmall =
      Buffer.byteLength(text) <= MOST.bytes &&
      statements.length <= MOST.statements &&
      sum(statements, principalsIn) <= MOST.principals &&
      sum(statements, conditionsIn) <= MOST.conditions;
    if (!isSmall || !statements.every((statement) => isAbout(statement, queueArn)))
      throw invalidAttributeValue('Policy');
    return openDirectory(kernel).pin(policy);
  } catch {
    throw invalidAttributeValue('Policy');
  }
};

const sum = (statements: readonly PolicyStatement[], count: (statement: PolicyStatement) => number): number =>
  statements.reduce((total, statement) => total + count(statement), 0);

const principalsIn = ({ Principal }: PolicyStatement): number =>
  typeof Principal === 'object' && Principal !== null ? Object.values(Principal).flat().length : 1;

const conditionsIn = ({ Condition = {} }: PolicyStatement): number =>
  Object.values(Condition).reduce((total, keys) => total + Object.keys(keys).length, 0);

const isAbout = ({ Resource, NotResource }: PolicyStatement, queueArn: string): boolean =>
  toList(Resource ?? NotResource).every((it) => it === queueArn || it === '*');
