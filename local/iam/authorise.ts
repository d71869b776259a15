import type { Clock } from '../kernel/clock.ts';
import type { Access, PolicyDocument, Principal } from '../kernel/service.ts';
import type { Directory } from './directory.ts';
import { type Decision, evaluate } from './evaluate.ts';
import { uniqueId } from './principals.ts';
import { buildContext } from './request-context.ts';

const EVERYTHING: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
/** Federated users can call none of IAM and, of STS, only GetCallerIdentity, which needs no permission. */
const NO_IDENTITY_SERVICES: PolicyDocument = {
  Statement: { Effect: 'Deny', Action: ['iam:*', 'sts:*'], Resource: '*' },
};

export type Authorise = (principal: Principal, region: string, access: Access) => Decision;

export const createAuthorise = (directory: Directory, clock: Clock): Authorise => {
  return (principal, region, access) => {
    const identityPolicies = policiesOf(principal, directory);
    const context = buildContext(principal, region, clock.now(), access);
    return evaluate({ principal, access, context, identityPolicies });
  };
};

/** None, if the user or role is gone or another one has its name: its sessions can do nothing any more. */
const policiesOf = (principal: Principal, directory: Directory): readonly PolicyDocument[] => {
  switch (principal.kind) {
    case 'root':
      return [EVERYTHING];
    case 'service':
      return [];
    case 'assumed-role': {
      const role = directory.role(principal.roleArn ?? '');
      return role && role.roleId === uniqueId(principal) ? Object.values(role.policies) : [];
    }
    case 'user': {
      const user = directory.user(principal.arn);
      return user && user.userId === principal.userId ? Object.values(user.policies) : [];
    }
    case 'federated-user': {
      const user = directory.user(principal.userArn ?? '');
      return user ? [...Object.values(user.policies), NO_IDENTITY_SERVICES] : [];
    }
  }
};

/** AWS's words for a denied call. */
export const denialMessage = (principal: Principal, access: Access, decision: Decision): string => {
  const who = `${principal.kind === 'service' ? 'Service' : 'User'}: ${principal.arn}`;
  const start = `${who} is not authorized to perform: ${access.action} on resource: ${access.resource}`;
  // STS tells nothing about a trust policy.
  if (decision.allowed || access.action === 'sts:AssumeRole') return start;
  const by = decision.by === 'session' ? 'session' : `${decision.by}-based`;
  return decision.explicit
    ? `${start} with an explicit deny in ${by === 'identity-based' ? 'an' : 'a'} ${by} policy`
    : `${start} because no ${by} policy allows the ${access.action} action`;
};
