/** Which of an instance's recorded settings a new instance gets, when, and which it cannot have. */
import type { RestoreTarget } from '../contracts/job-requests.ts';
import type { RestorePath } from '../contracts/restore-steps.ts';
import type { InstanceChange, InstanceSettings, LaunchInterface, LaunchSettings } from './instance-settings.ts';
import type { RecoveryPoint } from './recovery-point.ts';
import { sameDevice } from './restore-devices.ts';

type NewInstance = Extract<RestoreTarget, { kind: 'new-instance' }>;

export interface SettingsAsk {
  readonly target: NewInstance;
  readonly point: RecoveryPoint;
  readonly path: RestorePath;
  readonly kmsKeyId?: string;
}

export interface SettingsPlan {
  readonly launch: LaunchSettings;
  /** Of an instance that was launched from a donor: once it is stopped and before it runs with its own volumes. */
  readonly whileStopped: InstanceChange;
  /** Once it is all there: what is protected earlier could not be stopped for its volumes. */
  readonly atTheEnd: InstanceChange;
  /** Sentences, one a thing; none that shows what is in the user data. */
  readonly creates: readonly string[];
  readonly leavesOut: readonly string[];
}

const NOTHING: SettingsPlan = { launch: {}, whileStopped: {}, atTheEnd: {}, creates: [], leavesOut: [] };

/** The subnet of the first interface: where the instance was, unless another place was asked for. */
export const launchSubnet = (target: NewInstance, { instance }: RecoveryPoint): string | undefined =>
  target.subnetId ?? (target.availabilityZone ? undefined : instance.subnetId);

export const planSettings = (ask: SettingsAsk): SettingsPlan => {
  const { target, point, path } = ask;
  // A point of before settings were recorded: launched as its image says.
  const was = point.instance.settings;
  if (!was) return NOTHING;
  const type = target.instanceType ?? point.instance.instanceType;
  const isSameType = type === point.instance.instanceType;
  const isDonor = path === 'donor';
  const interfaces = interfacesOf(ask, was);
  const hibernates = was.hibernation && isSameType && !isDonor && isRootEncrypted(ask);
  const isCheckOff = !was.sourceDestCheck;
  const hasOneInterface = interfaces.further.length === 0;
  const { userData } = was;
  return {
    launch: {
      ...(was.metadata ? { metadata: was.metadata } : {}),
      ...(was.ebsOptimized && isSameType ? { ebsOptimized: true } : {}),
      ...(was.monitoring ? { monitoring: true } : {}),
      ...(was.tenancy === 'default' ? {} : { tenancy: was.tenancy }),
      ...(hibernates ? { hibernation: true } : {}),
      ...(was.shutdownBehavior === undefined ? {} : { shutdownBehavior: was.shutdownBehavior }),
      ...(was.cpu && isSameType ? { cpu: was.cpu } : {}),
      ...(was.credits !== undefined && isBurstable(type) ? { credits: was.credits } : {}),
      // The donor's own system would run it.
      ...(userData === undefined || isDonor ? {} : { userData }),
      ...(hasOneInterface ? {} : { furtherInterfaces: interfaces.further }),
    },
    whileStopped: userData !== undefined && isDonor ? { userData } : {},
    atTheEnd: {
      ...(isCheckOff && hasOneInterface ? { sourceDestCheck: false } : {}),
      ...(was.terminationProtection ? { terminationProtection: true } : {}),
      ...(was.stopProtection ? { stopProtection: true } : {}),
    },
    creates: [
      ...interfaces.creates,
      ...(userData === undefined
        ? []
        : [
            'It has the user data of the instance: what that does at the first start of an instance is done once more.',
          ]),
    ],
    leavesOut: [
      ...interfaces.leavesOut,
      ...(was.cpu && !isSameType ? [`The CPU options: those of ${type} are taken.`] : []),
      ...(was.hibernation && !hibernates ? ['Hibernation: the new instance cannot have it.'] : []),
      ...(was.hostId === undefined ? [] : [`The dedicated host ${was.hostId}: EC2 chooses one.`]),
      ...(isCheckOff && !hasOneInterface
        ? ['The source/destination check stays on: turn it off at each network interface.']
        : []),
      ...(isDonor && was.uefiData !== undefined ? ['The UEFI variables: those of the image are taken.'] : []),
      ...(was.unreadable ?? []).map((what) => `What could not be read when it was backed up: ${what}.`),
    ],
  };
};

/** The families t2, t3, t3a, t4g, … and nothing else have CPU credits; any other refuses to be told. */
export const isBurstable = (type: string): boolean => /^t\d/.test(type);

const isRootEncrypted = ({ point, kmsKeyId }: SettingsAsk): boolean => {
  const root = point.volumes.find(({ device }) => sameDevice(device, point.instance.rootDeviceName));
  return kmsKeyId !== undefined || (root?.encrypted ?? false);
};

interface Interfaces {
  readonly further: readonly LaunchInterface[];
  readonly creates: readonly string[];
  readonly leavesOut: readonly string[];
}

/** In another subnet or zone there is only the first: an instance's interfaces are all in one zone. */
const interfacesOf = ({ target, point }: SettingsAsk, { networkInterfaces }: InstanceSettings): Interfaces => {
  const others = networkInterfaces.filter(({ deviceIndex, networkCard }) => deviceIndex > 0 || networkCard > 0);
  const stays = launchSubnet(target, point) === point.instance.subnetId;
  const fits = ({ type, networkCard }: (typeof others)[number]): boolean => type === 'interface' && networkCard === 0;
  const further = stays ? others.filter(fits) : [];
  return {
    further: further.map(({ deviceIndex, subnetId, securityGroupIds, description }) => ({
      deviceIndex,
      subnetId,
      // Who keeps an instance apart by other groups means all of it.
      securityGroupIds: target.securityGroupIds ?? securityGroupIds,
      description,
    })),
    creates: further.map(
      ({ deviceIndex, subnetId }) =>
        `A network interface in ${subnetId} at index ${deviceIndex}, with a new address; it goes with the instance.`,
    ),
    leavesOut: others
      .filter((each) => !stays || !fits(each))
      .map((each) => {
        const why = stays ? `it is not of the usual kind (${each.type})` : 'the instance goes to another place';
        return `The network interface at index ${each.deviceIndex}: ${why}.`;
      }),
  };
};
