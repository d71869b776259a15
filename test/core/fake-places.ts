import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { LaunchPlaces } from '../../core/ports/launch-places.ts';

export const ZONE = 'eu-central-1a';
export const VPC = 'vpc-00000001';

/** An account in which everything is there that is asked for. */
export const everyPlace: LaunchPlaces = {
  subnets: async (ids) => ids.map((subnetId) => ({ subnetId, vpcId: VPC, availabilityZone: ZONE })),
  defaultSubnets: async (zone = ZONE) => [{ subnetId: 'subnet-0000000d', vpcId: VPC, availabilityZone: zone }],
  securityGroups: async (ids) => ids.map((groupId) => ({ groupId, vpcId: VPC })),
  associatedVpcs: async () => [],
  hasKeyPair: async () => true,
  instanceType: async () => ({
    architectures: ['x86_64', 'arm64'],
    bootModes: ['legacy-bios', 'uefi'],
    needsEna: false,
  }),
  isOffered: async () => true,
  hasZone: async () => true,
};

/** An account, or a session, that lets us ask nothing of that. */
export const noPlace: LaunchPlaces = new Proxy(everyPlace, {
  get: (_, name) => async (): Promise<never> => {
    throw new TenantAccessLost(`the role of acme does not allow ${String(name)} in account 222222222222`, {
      tenantMessage: `the role of acme does not allow ${String(name)}.`,
    });
  },
});
