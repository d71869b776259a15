/** Where, as what and with what a restore would launch an instance: what is asked of EC2 before anything is moved. */
import { launchSubnet, planSettings, type SettingsAsk } from './launch-settings.ts';

/** One network interface. */
export interface WantedInterface {
  /** Absent: the default subnet. */
  readonly subnetId?: string;
  /** Empty: the VPC's default group. */
  readonly securityGroupIds: readonly string[];
}

export interface LaunchPlace {
  /** The first one's first. */
  readonly interfaces: readonly WantedInterface[];
  readonly availabilityZone?: string;
  readonly keyName?: string;
  readonly instanceType: string;
}

export const launchPlaceOf = (ask: SettingsAsk): LaunchPlace => {
  const { target, point } = ask;
  const was = point.instance;
  const subnetId = launchSubnet(target, point);
  const keyName = target.keyName ?? was.keyName;
  const further = planSettings(ask).launch.furtherInterfaces ?? [];
  return {
    interfaces: [
      {
        ...(subnetId === undefined ? {} : { subnetId }),
        securityGroupIds: target.securityGroupIds ?? was.securityGroupIds,
      },
      ...further.map((each) => ({ subnetId: each.subnetId, securityGroupIds: each.securityGroupIds })),
    ],
    ...(target.availabilityZone === undefined ? {} : { availabilityZone: target.availabilityZone }),
    ...(keyName === undefined ? {} : { keyName }),
    instanceType: target.instanceType ?? was.instanceType,
  };
};
