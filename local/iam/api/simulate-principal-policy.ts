import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Access, type Operation, operation, type PolicyDocument, type Principal } from '../../kernel/service.ts';
import { policiesOfEntity } from '../authorise.ts';
import { principalOfRole, principalOfUser } from '../directory.ts';
import { type Decision, evaluate } from '../evaluate.ts';
import { parsePolicy } from '../policy-documents.ts';
import { contextKeysOf } from './context-keys.ts';
import type { Iam } from './iam.ts';
import { marker, maxItems, pageOf } from './paging.ts';

const ContextEntry = z.strictObject({
  ContextKeyName: z.string().min(5).max(256),
  ContextKeyValues: z.array(z.string()),
  ContextKeyType: z.string(),
});

const EVERYTHING: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

type EvalDecision = 'allowed' | 'implicitDeny' | 'explicitDeny';

/**
 * What the policies of a role or user would decide. As on AWS, only context that is given counts: a key that is not
 * given has no value, and is named in MissingContextValues. There is one result an action, which holds the strictest
 * decision over all resources; each resource's own is in ResourceSpecificResults.
 */
export const createSimulatePrincipalPolicy = (iam: Iam): Operation =>
  operation({
    name: 'SimulatePrincipalPolicy',
    input: z.strictObject({
      PolicySourceArn: z.string().min(20).max(2_048),
      PolicyInputList: z.array(z.string().min(1)).optional(),
      ActionNames: z.array(z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/, 'must be service:Action')).min(1),
      ResourceArns: z
        .array(z.string().regex(/^(\*|arn:([^:]*:){4}.+)$/s, 'must be an ARN or *'))
        .min(1)
        .optional(),
      ContextEntries: z.array(ContextEntry).optional(),
      PermissionsBoundaryPolicyInputList: z.array(z.string().min(1)).max(1).optional(),
      Marker: marker,
      MaxItems: maxItems,
    }),
    redact: ['PolicyInputList', 'PermissionsBoundaryPolicyInputList'],
    access: ({ PolicySourceArn }, call) => [
      {
        action: 'iam:SimulatePrincipalPolicy',
        resource: PolicySourceArn,
        resourceAccountId: PolicySourceArn.split(':')[4] ?? call.accountId,
        context: {},
      },
    ],
    run({ PolicySourceArn, ActionNames, ResourceArns = ['*'], ContextEntries = [], ...input }, call) {
      const source = sourceOf(iam, PolicySourceArn, call.accountId);
      const more = (input.PolicyInputList ?? []).map((text) => parsePolicy(text, 'identity', 'InvalidInput'));
      const policies = [...source.identityPolicies, ...more];
      // One that is given stands for the one that the role or user has.
      const boundary =
        input.PermissionsBoundaryPolicyInputList?.map((text) => parsePolicy(text, 'identity', 'InvalidInput')) ??
        source.boundary;
      const { principal } = source;
      const given = new Map(
        ContextEntries.map(({ ContextKeyName, ContextKeyValues }) => [ContextKeyName.toLowerCase(), ContextKeyValues]),
      );
      const { page, ...paging } = pageOf(ActionNames, input);
      const results = page.map((action) => {
        const keys = contextKeysOf([...policies, ...(boundary ?? [])], action);
        const missing = keys.filter((key) => !given.has(key.toLowerCase()));
        const context = new Map<string, readonly string[]>(given);
        for (const key of missing) context.set(key.toLowerCase(), []);
        const decisions = ResourceArns.map((resource) => {
          const access: Access = { action, resource };
          return decisionOf(evaluate({ principal, access, context, identityPolicies: policies, boundary }));
        });
        const isWithin = (resource: string): boolean =>
          evaluate({ principal, access: { action, resource }, context, identityPolicies: [EVERYTHING], boundary })
            .allowed;
        const detail = (allowed: boolean) =>
          boundary && { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowed } };
        const missingXml = missing.length > 0 ? { member: missing } : undefined;
        return {
          EvalActionName: action,
          EvalResourceName: ResourceArns.length === 1 ? ResourceArns[0] : '*',
          EvalDecision: strictest(decisions),
          MissingContextValues: missingXml,
          ...detail(ResourceArns.every(isWithin)),
          ResourceSpecificResults: {
            member: ResourceArns.map((resource, i) => ({
              EvalResourceName: resource,
              EvalResourceDecision: decisions[i],
              MissingContextValues: missingXml,
              ...detail(isWithin(resource)),
            })),
          },
        };
      });
      return { EvaluationResults: { member: results }, ...paging };
    },
  });

const sourceOf = (
  iam: Iam,
  arn: string,
  accountId: string,
): ReturnType<typeof policiesOfEntity> & { readonly principal: Principal } => {
  const role = iam.directory.role(arn);
  if (role?.accountId === accountId)
    return { principal: principalOfRole(role, 'simulation'), ...policiesOfEntity(role, iam.directory) };
  const user = iam.directory.user(arn);
  if (user?.accountId === accountId)
    return { principal: principalOfUser(user), ...policiesOfEntity(user, iam.directory) };
  if (!/^arn:aws:iam::\d{12}:(user|role)\//.test(arn))
    throw new AwsError('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  throw new AwsError('NoSuchEntity', `Entity with ARN ${arn} cannot be found.`, 404);
};

const decisionOf = (decision: Decision): EvalDecision =>
  decision.allowed ? 'allowed' : decision.explicit ? 'explicitDeny' : 'implicitDeny';

const strictest = (decisions: readonly EvalDecision[]): EvalDecision =>
  decisions.includes('explicitDeny') ? 'explicitDeny' : decisions.includes('implicitDeny') ? 'implicitDeny' : 'allowed';
