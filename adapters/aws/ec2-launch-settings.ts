import type {
  HttpTokensState,
  InstanceMetadataEndpointState,
  InstanceMetadataOptionsRequest,
  InstanceMetadataProtocolState,
  InstanceMetadataTagsState,
  RunInstancesCommandInput,
  ShutdownBehavior,
} from '@aws-sdk/client-ec2';
import type { LaunchSettings, MetadataOptions } from '../../core/domain/instance-settings.ts';

/** What RunInstances takes of them as it is; tenancy and interfaces are part of where a launch goes (ec2-launch.ts). */
export const launchSettings = (settings: LaunchSettings): Partial<RunInstancesCommandInput> => ({
  ...(settings.metadata ? { MetadataOptions: metadataOptions(settings.metadata) } : {}),
  ...(settings.ebsOptimized ? { EbsOptimized: true } : {}),
  ...(settings.monitoring ? { Monitoring: { Enabled: true } } : {}),
  ...(settings.hibernation ? { HibernationOptions: { Configured: true } } : {}),
  ...(settings.shutdownBehavior === undefined
    ? {}
    : { InstanceInitiatedShutdownBehavior: settings.shutdownBehavior as ShutdownBehavior }),
  // Both or none.
  ...(settings.cpu
    ? { CpuOptions: { CoreCount: settings.cpu.cores, ThreadsPerCore: settings.cpu.threadsPerCore } }
    : {}),
  ...(settings.credits === undefined ? {} : { CreditSpecification: { CpuCredits: settings.credits } }),
  ...(settings.userData === undefined ? {} : { UserData: settings.userData }),
});

/** EC2 wants the endpoint named with any of them; of one that is off, the rest has no meaning and is not always taken. */
const metadataOptions = (options: MetadataOptions): InstanceMetadataOptionsRequest => {
  const HttpEndpoint = options.endpoint as InstanceMetadataEndpointState;
  if (HttpEndpoint === 'disabled') return { HttpEndpoint };
  return {
    HttpEndpoint,
    HttpTokens: options.tokens as HttpTokensState,
    HttpPutResponseHopLimit: options.hopLimit,
    HttpProtocolIpv6: options.ipv6 as InstanceMetadataProtocolState,
    InstanceMetadataTags: options.instanceTags as InstanceMetadataTagsState,
  };
};
