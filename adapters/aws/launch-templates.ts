import { createHash } from 'node:crypto';
import {
  type _InstanceType,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { ACCESS_NODE_TAG, type AutomaticNodes } from '../../core/domain/automatic-nodes.ts';
import { InvalidRequest } from '../../core/domain/errors.ts';
import { nodeLaunch } from '../../core/domain/node-launch.ts';
import { nodeUserData } from '../../core/domain/node-user-data.ts';
import { awsName } from './classify.ts';
import type { CallService } from './service-account-calls.ts';

export interface LaunchTemplates {
  /** Makes it, or a new version of it where what it says has changed. */
  ensure(name: string, hypervisorId: HypervisorId, nodes: AutomaticNodes): Promise<void>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
  /**
   * The subnets of each zone, or of all zones if none is named: of those in `among`, or of the account's default ones.
   * Errors: InvalidRequest (a zone has none).
   */
  subnets(zones: readonly string[], among?: readonly string[]): Promise<readonly string[]>;
}

const EXISTS = 'InvalidLaunchTemplateName.AlreadyExistsException';
const GONE = new Set(['InvalidLaunchTemplateName.NotFoundException', 'InvalidLaunchTemplateId.NotFound']);

const dataOf = (hypervisorId: HypervisorId, nodes: AutomaticNodes): RequestLaunchTemplateData => {
  const userData = Buffer.from(nodeUserData(nodes)).toString('base64');
  const { InstanceType, TagSpecifications, ...data } = nodeLaunch(
    hypervisorId,
    nodes,
    nodes.instanceProfileName,
    userData,
  );
  // The SDK knows the types that there were when it was made; EC2 knows better.
  return { ...data, InstanceType: InstanceType as _InstanceType, TagSpecifications: [...TagSpecifications] };
};

/** Versions have no content to compare with but their own rendering: the description says what they were made of. */
const fingerprint = (data: RequestLaunchTemplateData): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex');

export const createLaunchTemplates = ({ client, call }: { client: EC2Client; call: CallService }): LaunchTemplates => ({
  async ensure(name, hypervisorId, nodes) {
    const data = dataOf(hypervisorId, nodes);
    const version = { LaunchTemplateName: name, LaunchTemplateData: data, VersionDescription: fingerprint(data) };
    const TagSpecifications = [
      { ResourceType: 'launch-template' as const, Tags: [{ Key: ACCESS_NODE_TAG, Value: hypervisorId }] },
    ];
    try {
      await call('ec2:CreateLaunchTemplate', () =>
        client.send(new CreateLaunchTemplateCommand({ ...version, TagSpecifications })),
      );
      return;
    } catch (error) {
      if (awsName(error) !== EXISTS) throw error;
    }
    const { LaunchTemplateVersions } = await call('ec2:DescribeLaunchTemplateVersions', () =>
      client.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['$Latest'] })),
    );
    if (LaunchTemplateVersions?.[0]?.VersionDescription === version.VersionDescription) return;
    await call('ec2:CreateLaunchTemplateVersion', () => client.send(new CreateLaunchTemplateVersionCommand(version)));
  },
  async remove(name) {
    try {
      await call('ec2:DeleteLaunchTemplate', () =>
        client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name })),
      );
    } catch (error) {
      if (!GONE.has(awsName(error))) throw error;
    }
  },
  async subnets(zones, among) {
    const { Subnets = [] } = await call('ec2:DescribeSubnets', () =>
      client.send(
        new DescribeSubnetsCommand({
          Filters: [
            among ? { Name: 'subnet-id', Values: [...among] } : { Name: 'default-for-az', Values: ['true'] },
            ...(zones.length > 0 ? [{ Name: 'availability-zone', Values: [...zones] }] : []),
          ],
        }),
      ),
    );
    const without = zones.filter((zone) => !Subnets.some(({ AvailabilityZone }) => AvailabilityZone === zone));
    if (without.length > 0 || Subnets.length === 0)
      throw new InvalidRequest(
        `Access nodes cannot be launched in ${without.join(', ') || 'any zone'}: ${
          among ? 'none of the subnets that nodes may be in is' : 'the account has no default subnet'
        } there.`,
        {
          field: 'zone',
          remedy: among
            ? 'Name another zone, or a subnet of this one, too, where they are named: serverless.yml (nodeSubnets), or the service hypervisor (--node-subnets).'
            : 'Name another zone, or make a default subnet: aws ec2 create-default-subnet',
        },
      );
    return Subnets.map(({ SubnetId }) => SubnetId).filter((id) => id !== undefined);
  },
});
