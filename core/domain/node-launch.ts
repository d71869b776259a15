import type { HypervisorId } from '../contracts/ids.ts';
import { ACCESS_NODE_TAG, type AutomaticNodes } from './automatic-nodes.ts';

/**
 * A launch template's data, in the form that both EC2's API and CloudFormation take. `profile` (the instance profile's
 * name) and `userData` (encoded) are values, or references in a template.
 */
export const nodeLaunch = <Profile, UserData>(
  hypervisorId: HypervisorId,
  { imageId, instanceType }: Pick<AutomaticNodes, 'imageId' | 'instanceType'>,
  profile: Profile,
  userData: UserData,
) => {
  const Tags = [
    { Key: ACCESS_NODE_TAG, Value: hypervisorId },
    { Key: 'Name', Value: 'Holdfast access node' },
  ];
  return {
    ImageId: imageId,
    InstanceType: instanceType,
    IamInstanceProfile: { Name: profile },
    UserData: userData,
    // What a node is talked into fetching must not be its own role's credentials.
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    TagSpecifications: [
      { ResourceType: 'instance', Tags },
      { ResourceType: 'volume', Tags },
    ],
  } as const;
};
