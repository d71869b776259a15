import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { grantToAws } from './encryption.ts';
import { usableImage } from './find.ts';
import { furtherInterfaces, furtherPlaces } from './instance-interfaces.ts';
import { launchAddress, launchPlace, launchVolumes } from './instance-launch.ts';
import { launchOptions } from './instance-options.ts';
import { reservationXml } from './instance-render.ts';
import { startInstance } from './instance-states.ts';
import { instanceTypeOf } from './instance-types.ts';
import { mergeTemplate, templateTags } from './launch-template-merge.ts';
import { makeVolume, prepareVolume } from './make-volume.ts';
import { madeBefore, requestHash } from './once.ts';
import type { Instance, Volume } from './records.ts';
import { runInstancesAccess } from './run-instances-access.ts';
import {
  checkUserData,
  launchTags,
  networkWish,
  profileArn,
  type RunInstancesInput,
  runInstancesShape,
} from './run-instances-input.ts';

export const runInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'RunInstances',
    input: runInstancesShape,
    redact: ['UserData'],
    access: (request, call) => runInstancesAccess(ec2, call, request),
    async run(sent, call) {
      const request = requestHash(sent);
      const { input, template } = mergeTemplate(ec2, call, sent);
      const madeAlready = () => madeBefore(ec2.instances.in(call.accountId, call.region), input.ClientToken, request);
      const before = madeAlready();
      if (before) return reservationXml(ec2, [before]);
      const image = usableImage(ec2, call, input.ImageId);
      const type = instanceTypeOf(input.InstanceType);
      if (type.architecture !== image.architecture) {
        const what = `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI.`;
        throw new AwsError('InvalidParameterValue', what);
      }
      if (image.bootMode && image.bootMode !== 'uefi-preferred' && !type.bootModes.includes(image.bootMode)) {
        const what = `The boot mode '${image.bootMode}' is not supported by instance type '${type.id}'.`;
        throw new AwsError('InvalidParameterCombination', what);
      }
      if (type.hypervisor === 'nitro' && !image.enaSupport) {
        const what = `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.id}' instance type. Ensure that you are using an AMI that is enabled for ENA.`;
        throw new AwsError('InvalidParameterCombination', what);
      }
      if (input.KeyName !== undefined)
        throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${input.KeyName}' does not exist`);
      checkUserData(input.UserData);
      const wish = networkWish(input);
      const place = launchPlace(call, wish);
      const privateIp = launchAddress(ec2, call, place, wish.privateIp);
      const further = furtherInterfaces(ec2, call, furtherPlaces(call, input, place), privateIp);
      const description = input.NetworkInterface?.find(({ DeviceIndex }) => DeviceIndex === 0)?.Description;
      const instance: Instance = {
        id: ec2.newId('i'),
        accountId: call.accountId,
        region: call.region,
        reservationId: ec2.newId('r'),
        imageId: image.id,
        instanceType: type.id,
        state: 'pending',
        transitionReason: '',
        launchedAt: ec2.now,
        zone: place.zone,
        subnetId: place.subnetId,
        vpcId: place.vpcId,
        securityGroupIds: place.securityGroupIds,
        privateIp,
        networkInterfaceId: ec2.newId('eni'),
        ...(description !== undefined && { networkInterfaceDescription: description }),
        ...(further.length > 0 && { furtherInterfaces: further }),
        ...(input.IamInstanceProfile && { profileArn: profileArn(call, input.IamInstanceProfile) }),
        ...(input.UserData !== undefined && { userData: input.UserData }),
        rootDeviceName: image.rootDeviceName,
        architecture: image.architecture,
        virtualizationType: image.virtualizationType,
        ...(image.bootMode && { bootMode: image.bootMode }),
        ...(image.tpmSupport && { tpmSupport: image.tpmSupport }),
        ...(image.uefiData !== undefined && { uefiData: image.uefiData }),
        ...launchOptions(type, input),
        enaSupport: image.enaSupport,
        ...(image.sriovNetSupport && { sriovNetSupport: image.sriovNetSupport }),
        ebsOptimized: input.EbsOptimized ?? false,
        monitoring: input.Monitoring?.Enabled ?? false,
        disableApiTermination: input.DisableApiTermination ?? false,
        disableApiStop: input.DisableApiStop ?? false,
        shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
        tenancy: input.Placement?.Tenancy ?? 'default',
        sourceDestCheck: true,
        metadataOptions: metadataOptions(input, image.imdsSupport),
        licence: image.licence,
        tags: { ...launchTags(call, input, 'instance'), ...templateTags(template) },
        createdAt: ec2.now,
        ...(input.ClientToken !== undefined && { clientToken: input.ClientToken, request }),
      };
      const volumes = await prepareVolumes(ec2, call, instance, input);
      checkHibernation(instance, volumes);
      // Another call with this token may have been quicker.
      const meanwhile = madeAlready();
      if (meanwhile) return reservationXml(ec2, [meanwhile]);
      ec2.instances.put(
        volumes.some(({ state }) => state === 'error') ? { ...instance, failure: KEY_FAILURE } : instance,
      );
      for (const volume of volumes) makeVolume(ec2, volume);
      startInstance(ec2, instance.id);
      return reservationXml(ec2, [ec2.instances.get(instance.id) ?? instance]);
    },
  });

const checkHibernation = (instance: Instance, volumes: readonly Volume[]): void => {
  const root = volumes.find(({ attachment }) => attachment?.device === instance.rootDeviceName);
  if (!instance.hibernation || root?.encryption) return;
  throw new AwsError('UnsupportedHibernationConfiguration', 'Hibernation requires an encrypted root volume.');
};

/** As on AWS: a key that can't be used lets the instance start and end again. */
const KEY_FAILURE = { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' };

const prepareVolumes = async (
  ec2: Ec2,
  call: Call,
  instance: Instance,
  input: RunInstancesInput,
): Promise<Volume[]> => {
  const image = usableImage(ec2, call, input.ImageId);
  const tags = launchTags(call, input, 'volume');
  const volumes: Volume[] = [];
  for (const { device, deleteOnTermination, ...wish } of launchVolumes(ec2, call, image, input.BlockDeviceMapping)) {
    const volume = await prepareVolume(ec2, call, {
      ...wish,
      id: ec2.newId('vol'),
      zone: instance.zone,
      tags,
      ...(device === instance.rootDeviceName && { licence: instance.licence }),
      attachment: { instanceId: instance.id, device, state: 'attaching', attachedAt: ec2.now, deleteOnTermination },
    });
    volumes.push(await granted(ec2, call, volume, instance.id));
  }
  return volumes;
};

const granted = async (ec2: Ec2, call: Call, volume: Volume, instanceId: string): Promise<Volume> => {
  if (!volume.encryption || volume.state === 'error') return volume;
  try {
    await grantToAws(ec2, call, volume.encryption, instanceId);
    return volume;
  } catch (error) {
    if (error instanceof AwsError) return { ...volume, state: 'error', filling: false };
    throw error;
  }
};

const metadataOptions = (input: RunInstancesInput, imdsSupport: string | undefined): Record<string, string> => ({
  state: 'applied',
  httpTokens: input.MetadataOptions?.HttpTokens ?? (imdsSupport === 'v2.0' ? 'required' : 'optional'),
  httpPutResponseHopLimit: String(input.MetadataOptions?.HttpPutResponseHopLimit ?? (imdsSupport ? 2 : 1)),
  httpEndpoint: input.MetadataOptions?.HttpEndpoint ?? 'enabled',
  httpProtocolIpv6: input.MetadataOptions?.HttpProtocolIpv6 ?? 'disabled',
  instanceMetadataTags: input.MetadataOptions?.InstanceMetadataTags ?? 'disabled',
});
