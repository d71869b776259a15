import type { Clock } from '../kernel/clock.ts';
import type { Access, PolicyDocument, Principal } from '../kernel/service.ts';
import type { Directory } from './directory.ts';
import { type Decision, evaluate, type Question } from './evaluate.ts';
import { uniqueId } from './principals.ts';
import type { RoleRecord, UserRecord } from './records.ts';
import { buildContext } from './request-context.ts';

const EVERYTHING: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
/** Federated users can call none of IAM and, of STS, only GetCallerIdentity, which needs no permission. */
const NO_IDENTITY_SERVICES: PolicyDocument = {
  Statement: { Effect: 'Deny', Action: ['iam:*', 'sts:*'], Resource: '*' },
};

export type Authorise = (principal: Principal, region: string, access: Access) => Decision;

/** Hears each permission that is asked for, with all that it was decided by. Must not throw. */
export type OnDecision = (question: Question, decision: Decision) => void;

export const createAuthorise = (directory: Directory, clock: Clock, onDecision?: OnDecision): Authorise => {
  return (principal, region, access) => {
    const { identityPolicies, boundary } = policiesOf(principal, directory);
    const context = buildContext(principal, region, clock.now(), access);
    const question: Question = { principal, access, context, identityPolicies, boundary };
    const decision = evaluate(question);
    onDecision?.(question, decision);
    return decision;
  };
};

interface OwnPolicies {
  readonly identityPolicies: readonly PolicyDocument[];
  readonly boundary?: readonly PolicyDocument[] | undefined;
}

const NONE: OwnPolicies = { identityPolicies: [] };

/** None, if the user or role is gone or another one has its name: its sessions can do nothing any more. */
const policiesOf = (principal: Principal, directory: Directory): OwnPolicies => {
  switch (principal.kind) {
    case 'root':
      return { identityPolicies: [EVERYTHING] };
    case 'service':
      return NONE;
    case 'assumed-role': {
      const role = directory.role(principal.roleArn ?? '');
      return role && role.roleId === uniqueId(principal) ? policiesOfEntity(role, directory) : NONE;
    }
    case 'user': {
      const user = directory.user(principal.arn);
      return user && user.userId === principal.userId ? policiesOfEntity(user, directory) : NONE;
    }
    case 'federated-user': {
      const user = directory.user(principal.userArn ?? '');
      if (!user) return NONE;
      const { identityPolicies, boundary } = policiesOfEntity(user, directory);
      return { identityPolicies: [...identityPolicies, NO_IDENTITY_SERVICES], boundary };
    }
  }
};

/** Inline and attached policies together, and the boundary: `[]`, which allows nothing, if its policy is gone. */
export const policiesOfEntity = (entity: RoleRecord | UserRecord, { managed }: Directory): OwnPolicies => {
  const documents = (arns: readonly string[]): PolicyDocument[] =>
    arns.flatMap((arn) => managed.find(arn)?.document ?? []);
  const identityPolicies = [...Object.values(entity.policies), ...documents(entity.attached ?? [])];
  return entity.boundary === undefined
    ? { identityPolicies }
    : { identityPolicies, boundary: documents([entity.boundary]) };
};

/** AWS's words for a denied call. */
export const denialMessage = (principal: Principal, access: Access, decision: Decision): string => {
  const who = `${principal.kind === 'service' ? 'Service' : 'User'}: ${principal.arn}`;
  const start = `${who} is not authorized to perform: ${access.action} on resource: ${access.resource}`;
  // STS tells nothing about a trust policy.
  if (decision.allowed || access.action === 'sts:AssumeRole') return start;
  const policy = POLICIES[decision.by];
  return decision.explicit
    ? `${start} with an explicit deny in ${policy.startsWith('identity') ? 'an' : 'a'} ${policy}`
    : `${start} because no ${policy} allows the ${access.action} action`;
};

const POLICIES = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
} as const;
