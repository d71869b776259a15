import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  EntityAlreadyExistsException,
  type IAMClient,
  LimitExceededException,
  NoSuchEntityException,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { ACCESS_NODE_TAG, serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import type { NodeRoles } from '../../core/ports/node-access.ts';
import { callOwn } from './classify.ts';

const POLICY = 'node';

export interface NodeRolesOptions {
  /** With the control plane's own credentials. */
  readonly client: IAMClient;
  readonly stage: string;
  /** Of the control plane. */
  readonly accountId: string;
  /** Managed policy that limits each of these roles: without it the control plane may not make one. */
  readonly boundaryArn: string;
  /** What the role of a hypervisor's nodes may do (infra/permissions/service/node.json). */
  readonly permissions: (hypervisorId: HypervisorId, nodes: 'in this account' | 'elsewhere') => unknown;
}

export const createIamNodeRoles = ({
  client,
  stage,
  accountId,
  boundaryArn,
  permissions,
}: NodeRolesOptions): NodeRoles => {
  const nameOf = (hypervisorId: HypervisorId): string => serviceAccountNames(stage, hypervisorId).nodeControlRoleName;

  const ensureRole = async (RoleName: string, hypervisorId: HypervisorId, trustPolicy: unknown): Promise<void> => {
    const AssumeRolePolicyDocument = JSON.stringify(trustPolicy);
    try {
      await callOwn('iam:CreateRole', () =>
        client.send(
          new CreateRoleCommand({
            RoleName,
            AssumeRolePolicyDocument,
            PermissionsBoundary: boundaryArn,
            Description: `Access nodes of the Holdfast service hypervisor ${hypervisorId}`,
            Tags: [{ Key: ACCESS_NODE_TAG, Value: hypervisorId }],
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof EntityAlreadyExistsException)) throw error;
      await callOwn('iam:UpdateAssumeRolePolicy', () =>
        client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: AssumeRolePolicyDocument })),
      );
    }
  };

  const ensureProfile = async (name: string): Promise<void> => {
    await unless(EntityAlreadyExistsException, () =>
      callOwn('iam:CreateInstanceProfile', () =>
        client.send(new CreateInstanceProfileCommand({ InstanceProfileName: name })),
      ),
    );
    // A profile holds one role: that there is one already is said as a limit.
    await unless(LimitExceededException, () =>
      callOwn('iam:AddRoleToInstanceProfile', () =>
        client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name })),
      ),
    );
  };

  return {
    async ensureNodeRole(hypervisorId, nodeRoleArn) {
      const RoleName = nameOf(hypervisorId);
      await ensureRole(
        RoleName,
        hypervisorId,
        nodeRoleArn === undefined ? instancesOnly : remoteNodesOnly(hypervisorId, nodeRoleArn),
      );
      const PolicyDocument = JSON.stringify(
        permissions(hypervisorId, nodeRoleArn === undefined ? 'in this account' : 'elsewhere'),
      );
      await callOwn('iam:PutRolePolicy', () =>
        client.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument })),
      );
      if (nodeRoleArn === undefined) await ensureProfile(RoleName);
      return `arn:aws:iam::${accountId}:role/${RoleName}`;
    },
    async remove(hypervisorId) {
      const RoleName = nameOf(hypervisorId);
      const profile = { InstanceProfileName: RoleName };
      await unless(NoSuchEntityException, () =>
        callOwn('iam:RemoveRoleFromInstanceProfile', () =>
          client.send(new RemoveRoleFromInstanceProfileCommand({ ...profile, RoleName })),
        ),
      );
      await unless(NoSuchEntityException, () =>
        callOwn('iam:DeleteInstanceProfile', () => client.send(new DeleteInstanceProfileCommand(profile))),
      );
      await unless(NoSuchEntityException, () =>
        callOwn('iam:DeleteRolePolicy', () =>
          client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY })),
        ),
      );
      await unless(NoSuchEntityException, () =>
        callOwn('iam:DeleteRole', () => client.send(new DeleteRoleCommand({ RoleName }))),
      );
    },
  };
};

export const instancesOnly = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/**
 * By the role's name, as a condition: IAM refuses a role that does not exist as a principal, and the one of the nodes is
 * made by a template that may be deployed later; and a principal is pinned to the role's unique id, so that a template
 * that was deployed anew would lock its nodes out.
 */
export const remoteNodesOnly = (hypervisorId: string, nodeRoleArn: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${nodeRoleArn.split(':')[4]}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:PrincipalArn': nodeRoleArn, 'sts:ExternalId': hypervisorId } },
    },
  ],
});

type ErrorClass = typeof NoSuchEntityException | typeof EntityAlreadyExistsException | typeof LimitExceededException;

/** Done already, if it fails like this. */
const unless = async (Done: ErrorClass, run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Done)) throw error;
  }
};
