import type { ServiceFactory } from '../kernel/service.ts';
import { attachVolume } from './attach-volume.ts';
import { startInstances, stopInstances, terminateInstances } from './change-instance-state.ts';
import { createTags, deleteTags } from './change-tags.ts';
import { copySnapshot } from './copy-snapshot.ts';
import { createSnapshot } from './create-snapshot.ts';
import { createSnapshots } from './create-snapshots.ts';
import { createVolume } from './create-volume.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { deleteVolume } from './delete-volume.ts';
import { deregisterImage } from './deregister-image.ts';
import { describeImages } from './describe-images.ts';
import { describeInstances } from './describe-instances.ts';
import {
  describeSecurityGroups,
  describeSecurityGroupVpcAssociations,
  describeSubnets,
  describeVpcs,
} from './describe-network.ts';
import { describeAvailabilityZones, describeKeyPairs, describeRegions } from './describe-places.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeTags } from './describe-tags.ts';
import { describeVolumes } from './describe-volumes.ts';
import { detachVolume } from './detach-volume.ts';
import { ec2Of } from './ec2.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attributes.ts';
import { describeInstanceCreditSpecifications } from './instance-options.ts';
import { watchInstances } from './instance-states.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-types.ts';
import { getInstanceUefiData } from './instance-uefi-data.ts';
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from './launch-template-operations.ts';
import { createLaunchTemplateVersion, describeLaunchTemplateVersions } from './launch-template-versions.ts';
import { resumeCopies, resumeStates, watchVolumesAndSnapshots } from './lifecycle.ts';
import { modifyVolume } from './modify-volume.ts';
import { registerImage } from './register-image.ts';
import { runInstances } from './run-instances.ts';
import { seedImages } from './seed-images.ts';
import { changeEc2Settings } from './settings.ts';
import { settingsRoutes } from './settings-routes.ts';
import { describeSnapshotAttribute, modifySnapshotAttribute } from './snapshot-attributes.ts';
import { volumeData } from './volume-data.ts';

/** EC2, as far as backup and restore use it: volumes, snapshots, images, instances. */
export const createEc2: ServiceFactory = (kernel) => {
  const ec2 = ec2Of(kernel);
  const onState = [
    attachVolume,
    copySnapshot,
    createLaunchTemplate,
    createLaunchTemplateVersion,
    createSnapshot,
    createSnapshots,
    createTags,
    createVolume,
    deleteLaunchTemplate,
    deleteSnapshot,
    deleteTags,
    deleteVolume,
    deregisterImage,
    describeImages,
    describeInstanceAttribute,
    describeInstanceCreditSpecifications,
    describeInstances,
    describeLaunchTemplates,
    describeLaunchTemplateVersions,
    describeSnapshotAttribute,
    describeSnapshots,
    describeTags,
    describeVolumes,
    detachVolume,
    getInstanceUefiData,
    modifyInstanceAttribute,
    modifyLaunchTemplate,
    modifySnapshotAttribute,
    modifyVolume,
    registerImage,
    runInstances,
    startInstances,
    stopInstances,
    terminateInstances,
  ];
  return {
    name: 'ec2',
    protocol: 'ec2-query',
    eventSource: 'ec2.amazonaws.com',
    operations: [
      ...onState.map((create) => create(ec2)),
      describeAvailabilityZones,
      describeInstanceTypeOfferings,
      describeInstanceTypes,
      describeKeyPairs,
      describeRegions,
      describeSecurityGroups,
      describeSecurityGroupVpcAssociations,
      describeSubnets,
      describeVpcs,
    ],
    control: [
      ...volumeData(ec2),
      ...settingsRoutes(
        '/ec2/settings',
        () => ec2.settings,
        (changes) => changeEc2Settings(kernel.store, changes),
      ),
    ],
    async start() {
      seedImages(ec2);
      watchVolumesAndSnapshots(ec2);
      watchInstances(ec2);
      await resumeCopies(ec2);
      resumeStates(ec2);
      ec2.transitions.start();
    },
    async stop() {
      ec2.transitions.stop();
      await ec2.storage.close();
    },
  };
};
