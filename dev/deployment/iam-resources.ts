/** Identities and what they may do, as CloudFormation has them. */
import { asRoot, type Maker } from './stack.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: never;
}

const ofRoot = (Path: unknown): void => {
  if (Path !== undefined && Path !== '/') throw new Error(`the local deployment makes identities at / only: ${Path}`);
};

/** What roles and users have alike. IAM refuses a managed policy that there is not. */
const permissionsOf = ({ Policies = [], ManagedPolicyArns = [], PermissionsBoundary }: Record<string, unknown>) => ({
  policies: Object.fromEntries(
    (Policies as readonly InlinePolicy[]).map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument]),
  ),
  attached: ManagedPolicyArns as readonly string[],
  ...(PermissionsBoundary === undefined ? {} : { boundary: String(PermissionsBoundary) }),
});

export const ROLE_PROPERTIES = [
  'RoleName',
  'AssumeRolePolicyDocument',
  'Policies',
  'ManagedPolicyArns',
  'PermissionsBoundary',
  'MaxSessionDuration',
  'Tags',
  'Description',
  'Path',
] as const;

export const role: Maker = ({ cloud, place }, properties) => {
  const { RoleName, AssumeRolePolicyDocument, MaxSessionDuration, Description, Path, Tags = [] } = properties;
  ofRoot(Path);
  const name = String(RoleName);
  const { arn, roleId } = cloud.admin.putRole({
    accountId: place.accountId,
    name,
    trustPolicy: AssumeRolePolicyDocument as never,
    ...permissionsOf(properties),
    tags: Object.fromEntries((Tags as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value])),
    ...(MaxSessionDuration === undefined ? {} : { maxSessionSeconds: Number(MaxSessionDuration) }),
    ...(Description === undefined ? {} : { description: String(Description) }),
  });
  return { ref: name, attributes: { Arn: arn, RoleId: roleId } };
};

export const USER_PROPERTIES = ['UserName', 'Policies', 'ManagedPolicyArns', 'PermissionsBoundary', 'Path'] as const;

export const user: Maker = ({ cloud, place }, properties) => {
  ofRoot(properties.Path);
  const name = String(properties.UserName);
  const { arn } = cloud.admin.putUser({ accountId: place.accountId, name, ...permissionsOf(properties) });
  return { ref: name, attributes: { Arn: arn } };
};

export const MANAGED_POLICY_PROPERTIES = ['ManagedPolicyName', 'PolicyDocument', 'Description', 'Path'] as const;

/** `Ref` is its ARN. */
export const managedPolicy: Maker = (
  { cloud, place },
  { ManagedPolicyName, PolicyDocument, Description, Path },
  before,
) => {
  ofRoot(Path);
  const { arn, policyId } = cloud.admin.putManagedPolicy({
    accountId: place.accountId,
    name: String(ManagedPolicyName),
    document: PolicyDocument as never,
    ...(Description === undefined ? {} : { description: String(Description) }),
  });
  if (before && before.ref !== arn) throw new Error(`the local deployment renames no managed policy: ${before.ref}`);
  return { ref: arn, attributes: { PolicyArn: arn, PolicyId: policyId } };
};

export const alreadyThere = (error: unknown): void => {
  if (!(error instanceof Error && ['ConflictException', 'EntityAlreadyExists', 'LimitExceeded'].includes(error.name)))
    throw error;
};

export const instanceProfile: Maker = async (stack, { InstanceProfileName: name, Roles }) => {
  await asRoot(stack, 'iam', 'CreateInstanceProfile', { InstanceProfileName: name }).catch(alreadyThere);
  for (const RoleName of Roles as string[])
    await asRoot(stack, 'iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName }).catch(alreadyThere);
  return {
    ref: String(name),
    attributes: { Arn: `arn:aws:iam::${stack.place.accountId}:instance-profile/${String(name)}` },
  };
};
