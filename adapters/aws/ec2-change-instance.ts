import { ModifyInstanceAttributeCommand, type ModifyInstanceAttributeCommandInput } from '@aws-sdk/client-ec2';
import { HoldfastError, LaunchFailed } from '../../core/domain/errors.ts';
import type { InstanceChange } from '../../core/domain/instance-settings.ts';
import type { TenantInstances } from '../../core/ports/tenant-instances.ts';
import { awsName } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:ModifyInstanceAttribute';

type Attribute = Omit<ModifyInstanceAttributeCommandInput, 'InstanceId'>;

/** EC2 takes one attribute a call. */
export const changeInstance =
  ({ ec2, call }: TenantReach): TenantInstances['change'] =>
  async (InstanceId, change) => {
    for (const attribute of attributesOf(change)) {
      try {
        await call(ACTION, () => ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, ...attribute })));
      } catch (error) {
        if (error instanceof HoldfastError) throw error;
        // EC2's own words might show what was sent: user data can hold secrets.
        throw new LaunchFailed(`${ACTION} of ${InstanceId}: ${awsName(error)}`, { cause: error });
      }
    }
  };

const attributesOf = ({ userData, sourceDestCheck, terminationProtection, stopProtection }: InstanceChange) => {
  const attributes: Attribute[] = [];
  // Unlike RunInstances this call has bytes, which the SDK encodes.
  if (userData !== undefined) attributes.push({ UserData: { Value: Buffer.from(userData, 'base64') } });
  if (sourceDestCheck !== undefined) attributes.push({ SourceDestCheck: { Value: sourceDestCheck } });
  if (terminationProtection !== undefined) attributes.push({ DisableApiTermination: { Value: terminationProtection } });
  if (stopProtection !== undefined) attributes.push({ DisableApiStop: { Value: stopProtection } });
  return attributes;
};
