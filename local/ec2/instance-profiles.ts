import { openInstanceProfiles } from '../iam/instance-profiles.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Ec2 } from './ec2.ts';

/** The role that an instance with this profile gets. Throws AwsError if the profile holds none. */
export const profileRoleArn = (ec2: Ec2, profileArn: string): string => {
  const roleArn = openInstanceProfiles(ec2.kernel.store).roleArnOf(profileArn);
  if (roleArn !== undefined) return roleArn;
  const what = `IAM Instance Profile "${profileArn}" has no associated IAM Roles`;
  throw new AwsError('InvalidParameterValue', what);
};
