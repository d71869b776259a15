/**
 * How an instance was launched, or set since, beyond what its image and its volumes say. User data may hold secrets: this
 * is kept in the catalog, the work area and the sealed record in the library, and no view, log line or step's answer
 * has it. Only a backup reads it.
 */
export interface InstanceSettings {
  readonly metadata?: MetadataOptions;
  readonly ebsOptimized: boolean;
  /** Detailed monitoring. */
  readonly monitoring: boolean;
  /** EC2's own word: default, dedicated, host. */
  readonly tenancy: string;
  readonly hostId?: string;
  readonly affinity?: string;
  readonly hibernation: boolean;
  readonly sourceDestCheck: boolean;
  /** All of them, by device index. */
  readonly networkInterfaces: readonly RecordedInterface[];
  /** Base64, as EC2 has it. This and all below take calls of their own. */
  readonly userData?: string;
  readonly shutdownBehavior?: string;
  readonly terminationProtection?: boolean;
  readonly stopProtection?: boolean;
  /** Only where they are not what the instance type has by itself: some types refuse to be told even that. */
  readonly cpu?: CpuOptions;
  /** Of a burstable type: standard, unlimited. */
  readonly credits?: string;
  /** The variables of the firmware (Secure Boot's keys among them), base64, at most 64,000 characters. */
  readonly uefiData?: string;
  /** What the account did not let us read, in words that end a sentence. */
  readonly unreadable?: readonly string[];
}

/** Of the instance metadata service, in EC2's own words. */
export interface MetadataOptions {
  readonly endpoint: string;
  readonly tokens: string;
  readonly hopLimit: number;
  readonly ipv6: string;
  readonly instanceTags: string;
}

export interface CpuOptions {
  readonly cores: number;
  readonly threadsPerCore: number;
}

export interface RecordedInterface {
  readonly networkInterfaceId: string;
  readonly deviceIndex: number;
  /** Above 0 only on types with several network cards. */
  readonly networkCard: number;
  /** EC2's own word: interface, efa, trunk, … */
  readonly type: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly description: string;
  readonly deleteOnTermination: boolean;
  readonly sourceDestCheck: boolean;
  /** For the record: a new instance gets new ones, the old may still have these. */
  readonly privateIps: readonly string[];
}

/** What a launch is told beside image, type, place and tags. Absent: EC2's default, or the image's. */
export interface LaunchSettings {
  readonly metadata?: MetadataOptions;
  readonly ebsOptimized?: true;
  readonly monitoring?: true;
  readonly tenancy?: string;
  readonly hibernation?: true;
  readonly shutdownBehavior?: string;
  readonly cpu?: CpuOptions;
  readonly credits?: string;
  /** Base64. */
  readonly userData?: string;
  /** All but the first; they go when the instance is terminated. */
  readonly furtherInterfaces?: readonly LaunchInterface[];
}

export type LaunchInterface = Pick<RecordedInterface, 'deviceIndex' | 'subnetId' | 'securityGroupIds' | 'description'>;

/** What can be set of an instance that is there. */
export interface InstanceChange {
  /** Base64; only while it is stopped. */
  readonly userData?: string;
  /** Only of an instance with one network interface. */
  readonly sourceDestCheck?: boolean;
  readonly terminationProtection?: boolean;
  readonly stopProtection?: boolean;
}
