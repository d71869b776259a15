/** What each statement of the permissions is for, by its Sid: a test holds this list against the documents. */

export interface PermissionFeature {
  readonly feature: string;
  /** What does not work without it. */
  readonly without: string;
}

/** The statement that lets Holdfast ask IAM's simulator. */
export const ASKS_SIMULATOR = 'PermissionsAreChecked';

const IN_PLACE = 'restore in place';
const APPLICATIONS = 'application-consistent backup';
const OTHER_REGION = 'snapshot copies in another region';
const FROM_LIBRARY = 'restore from the library';
const VOLUMES = 'restore of volumes';
const INSTANCE = 'restore of an instance';
const ENCRYPTED = 'encrypted volumes';

const FEATURES: Readonly<Record<string, PermissionFeature>> = {
  SeeWhatThereIs: { feature: 'every job', without: 'No job can start: it does not see the account’s instances.' },
  [ASKS_SIMULATOR]: {
    feature: 'permission check',
    without: 'The check sees only what a dry run of EC2 shows; a missing permission may come up in a job.',
  },
  BackupRecordsSettings: {
    feature: 'settings of restored instances',
    without:
      'Backups lack what they may not read of an instance: user data, protections, CPU options and credits, UEFI variables. A new instance is restored without.',
  },
  SeeInstanceTypes: {
    feature: 'settings of restored instances, restore of an instance',
    without:
      'Backups do not record CPU options; an instance type that does not fit is found only after a restore has moved its data.',
  },
  BackupTakesSnapshots: { feature: 'backup', without: 'Backups and IntelliSnap backups can take no snapshots.' },
  SnapshotsAreMadeTagged: { feature: 'backup', without: 'Backups and IntelliSnap backups can take no snapshots.' },
  SnapshotsAreTaggedAsTaken: {
    feature: 'backup',
    without: 'Backups and IntelliSnap backups can take no snapshots: each is tagged as it is taken.',
  },
  LibraryListsBlocks: {
    feature: 'backup to the library, restore from the library',
    without:
      'Streaming backups and backup copies cannot read their snapshots; restores from the library cannot complete.',
  },
  BackupReadsItsSnapshots: {
    feature: 'backup to the library',
    without: 'Streaming backups and backup copies cannot read their snapshots.',
  },
  RetentionDeletesSnapshots: {
    feature: 'retention',
    without: 'Snapshots that are not needed any more stay in the account, and on its bill.',
  },
  RegionCopyReadsItsSnapshots: { feature: OTHER_REGION, without: 'Snapshots cannot be copied to another region.' },
  RegionCopyMakesSnapshots: { feature: OTHER_REGION, without: 'Snapshots cannot be copied to another region.' },
  RegionCopyTagsAsItMakes: {
    feature: OTHER_REGION,
    without: 'Snapshots cannot be copied to another region: each copy is tagged as it is made.',
  },
  AppConsistencyAsksForTheAgent: { feature: APPLICATIONS, without: 'Backups are crash-consistent only.' },
  AppConsistencyRunsFreezeAndThaw: { feature: APPLICATIONS, without: 'Backups are crash-consistent only.' },
  RestoreStartsSnapshots: { feature: FROM_LIBRARY, without: 'Nothing can be restored from the library.' },
  RestoreTagsWhatItStarts: {
    feature: FROM_LIBRARY,
    without: 'Nothing can be restored from the library: each snapshot is tagged as it is started.',
  },
  RestoreWritesItsSnapshots: { feature: FROM_LIBRARY, without: 'Nothing can be restored from the library.' },
  RestoreUsesItsSnapshots: { feature: VOLUMES, without: 'Volumes cannot be restored, attached or replaced.' },
  RestoreMakesVolumes: { feature: VOLUMES, without: 'Volumes cannot be restored, attached or replaced.' },
  RestoreTagsVolumesAsMade: {
    feature: VOLUMES,
    without: 'Volumes cannot be restored, attached or replaced: each is tagged as it is made.',
  },
  RestoreRemovesItsVolumes: {
    feature: VOLUMES,
    without: 'Restored volumes can be neither attached nor removed: a restore that fails leaves them behind.',
  },
  RestoreAsksForTheZone: {
    feature: VOLUMES,
    without: 'A wrong availability zone of restored volumes is found only after their data was moved.',
  },
  RestoreAsksBeforeItLaunches: {
    feature: INSTANCE,
    without:
      'A wrong subnet, security group, key pair or instance type of a restore is found only after its data was moved.',
  },
  RestoreRegistersAnImage: { feature: INSTANCE, without: 'No new instance can be restored.' },
  RestoreRegistersItsSnapshots: { feature: INSTANCE, without: 'No new instance can be restored.' },
  RestoreTagsItsImage: {
    feature: INSTANCE,
    without: 'No new instance can be restored: its image is tagged as it is registered.',
  },
  RestoreLaunchesAnInstance: { feature: INSTANCE, without: 'No new instance can be restored.' },
  RestoreTagsAsItLaunches: {
    feature: INSTANCE,
    without: 'No new instance can be restored: it is tagged as it is launched.',
  },
  RestoreUsesImageAndNetwork: { feature: INSTANCE, without: 'No new instance can be restored.' },
  RestorePassesTheInstanceRole: {
    feature: 'restore of an instance with its instance profile',
    without: 'Instances that have an instance profile cannot be restored with it.',
  },
  RestoreTagsItsVolumes: { feature: 'volume tags', without: 'Restored volumes do not get their tags back.' },
  RestoreRemovesWhatItLaunched: {
    feature: INSTANCE,
    without: 'Restores cannot remove the image and the instance that they made: a failed one leaves them behind.',
  },
  RestoreInPlaceChangesTheInstance: {
    feature: 'restore in place, attached volumes, licensed platforms',
    without: 'An existing instance can be neither stopped and started nor given restored volumes.',
  },
  RestoreInPlaceTakesVolumesOff: { feature: IN_PLACE, without: 'No volume of an instance can be replaced.' },
  RestoreInPlaceMarksVolumes: { feature: IN_PLACE, without: 'No volume of an instance can be replaced.' },
  RestoreInPlacePutsBackOrDeletes: {
    feature: IN_PLACE,
    without: 'Replaced volumes can be neither put back after a failure nor removed after a success.',
  },
  RestoreInPlaceTakesItsMarkOff: {
    feature: IN_PLACE,
    without: 'Volumes that were put back keep the mark of having been replaced.',
  },
  EncryptedVolumes: {
    feature: ENCRYPTED,
    without: 'Volumes under a customer-managed key can be neither backed up nor restored.',
  },
  EncryptedVolumesForEc2: {
    feature: ENCRYPTED,
    without: 'Instances with volumes under a customer-managed key cannot be restored.',
  },
  ASessionForEachJob: {
    feature: 'access by key',
    without: 'No job can start: the access key cannot be narrowed to what a job may do.',
  },
};

/** A statement of an operator's own has its Sid as its feature. */
export const featureOf = (sid: string): PermissionFeature =>
  FEATURES[sid] ?? { feature: sid, without: `What ${sid} is for does not work.` };

export const knownStatements: readonly string[] = Object.keys(FEATURES);
