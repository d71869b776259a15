/** What EC2 tells of where instances can be launched, in one account and region. */

export interface DescribedSubnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
}

export interface DescribedInstanceType {
  readonly architectures: readonly string[];
  /** EC2's own words: legacy-bios, uefi. */
  readonly bootModes: readonly string[];
  readonly needsEna: boolean;
}

export interface LaunchPlaces {
  /** Those that exist, in no order. */
  subnets(subnetIds: readonly string[]): Promise<readonly DescribedSubnet[]>;
  /** Of the default VPC: of that zone, or of all. */
  defaultSubnets(availabilityZone?: string): Promise<readonly DescribedSubnet[]>;
  /** Those that exist, in no order. */
  securityGroups(groupIds: readonly string[]): Promise<readonly { readonly groupId: string; readonly vpcId: string }[]>;
  /** Of a security group: VPCs beside its own that it is associated with. */
  associatedVpcs(groupId: string): Promise<readonly string[]>;
  hasKeyPair(keyName: string): Promise<boolean>;
  /** Undefined if there is no such type in the region. */
  instanceType(instanceType: string): Promise<DescribedInstanceType | undefined>;
  isOffered(instanceType: string, availabilityZone: string): Promise<boolean>;
  /** Whether the account can use a zone of that name now. */
  hasZone(availabilityZone: string): Promise<boolean>;
}
