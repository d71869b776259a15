import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  EntityAlreadyExistsException,
  type IAMClient,
  NoSuchEntityException,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ACCESS_NODE_TAG, serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { queueName } from '../../core/domain/node-scaling-policy.ts';
import type { NodeRoles } from '../../core/ports/service-account.ts';
import { callOwn } from './classify.ts';

const POLICY = 'node';

export interface NodeRolesOptions {
  /** With the control plane's own credentials. */
  readonly client: IAMClient;
  readonly stage: string;
  /** Of the control plane, where queues and broker are. */
  readonly accountId: string;
  readonly region: string;
  readonly brokerFunctionArn: string;
}

export const createIamNodeRoles = (options: NodeRolesOptions): NodeRoles => {
  const { client, stage, accountId, region, brokerFunctionArn } = options;
  const nameOf = (hypervisorId: string): string => serviceAccountNames(stage, hypervisorId).nodeControlRoleName;

  const permissions = (queues: readonly string[]) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        Resource: queues.map((url) => `arn:aws:sqs:${region}:${accountId}:${queueName(url)}`),
      },
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: brokerFunctionArn },
      // A task token is what these are about, and whoever has it may answer: they know no narrower resource.
      { Effect: 'Allow', Action: ['states:SendTaskSuccess', 'states:SendTaskFailure'], Resource: '*' },
    ],
  });

  return {
    async ensureNodeRole(hypervisorId, nodeRoleArn, queues) {
      const RoleName = nameOf(hypervisorId);
      const AssumeRolePolicyDocument = JSON.stringify(trust(hypervisorId, nodeRoleArn));
      try {
        await callOwn('iam:CreateRole', () =>
          client.send(
            new CreateRoleCommand({
              RoleName,
              AssumeRolePolicyDocument,
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
      const PolicyDocument = JSON.stringify(permissions([queues.restores, queues.work]));
      await callOwn('iam:PutRolePolicy', () =>
        client.send(new PutRolePolicyCommand({ RoleName, PolicyName: POLICY, PolicyDocument })),
      );
      return `arn:aws:iam::${accountId}:role/${RoleName}`;
    },
    async remove(hypervisorId) {
      const RoleName = nameOf(hypervisorId);
      await unlessAbsent(() =>
        callOwn('iam:DeleteRolePolicy', () =>
          client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY })),
        ),
      );
      await unlessAbsent(() => callOwn('iam:DeleteRole', () => client.send(new DeleteRoleCommand({ RoleName }))));
    },
  };
};

/**
 * By the role's name, as a condition: IAM refuses a role that does not exist as a principal, and the one of the nodes is
 * made by a template that may be deployed later; and a principal is pinned to the role's unique id, so that a template
 * that was deployed anew would lock its nodes out.
 */
const trust = (hypervisorId: string, nodeRoleArn: string) => ({
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

const unlessAbsent = async (run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
};
