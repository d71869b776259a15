/** Where a restore goes: options of one target given with another are refused, for they would have no effect. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { usageError } from './cli-error.ts';
import { deviceOf, given, repeatable } from './options.ts';

export interface TargetOptions {
  readonly name?: string;
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly securityGroup?: readonly string[];
  readonly keyName?: string;
  readonly zone?: string;
  readonly availabilityZone?: string;
  readonly donorImage?: string;
  readonly inPlace?: boolean;
  readonly overwrite?: boolean;
  readonly removeReplaced?: boolean;
  readonly volumes?: boolean;
  readonly attachTo?: string;
  readonly volume?: readonly string[];
  readonly device?: readonly string[];
}

const NEW_INSTANCE = ['name', 'instanceType', 'subnet', 'securityGroup', 'keyName', 'donorImage'] as const;

const FLAGS: Readonly<Partial<Record<keyof TargetOptions, string>>> = {
  name: '--name',
  instanceType: '--instance-type',
  subnet: '--subnet',
  securityGroup: '--security-group',
  keyName: '--key-name',
  zone: '--zone',
  donorImage: '--donor-image',
  overwrite: '--overwrite',
  removeReplaced: '--remove-replaced',
  volume: '--volume',
  device: '--device',
};

export const targetFields = {
  name: '--name',
  instanceType: '--instance-type',
  subnetId: '--subnet',
  securityGroupIds: '--security-group',
  keyName: '--key-name',
  availabilityZone: '--zone',
  donorImageId: '--donor-image',
  overwrite: '--overwrite',
  volumeIds: '--volume',
  'target.instanceId': '--attach-to',
  devices: '--device',
} as const;

export const withTarget = (command: Command): Command =>
  command
    .optionsGroup('A new instance (the default; what is not named is as it was):')
    .option('--name <name>', 'its name (default: the old one’s with "-restored")')
    .option('--instance-type <type>', 'e.g. m7i.large')
    .option('--subnet <id>', 'the subnet to launch in')
    .option('--security-group <ids...>', 'its security groups')
    .option('--key-name <name>', 'its key pair')
    .option('--zone <zone>', 'where, if no subnet is named; with --volumes: where the volumes are made')
    .addOption(new Option('--availability-zone <zone>', 'as --zone').hideHelp())
    .option('--donor-image <id>', 'licensed platforms (Windows, RHEL, …): the image to launch from')
    .optionsGroup('The instance itself:')
    .option('--in-place', 'put the recovery point’s volumes in place of those that the instance has')
    .option('--overwrite', 'with --in-place: yes, what is on its volumes now is replaced')
    .option('--remove-replaced', 'with --in-place: delete the old volumes once the restore has succeeded')
    .optionsGroup('Volumes:')
    .option('--volumes', 'volumes by themselves, attached to nothing')
    .option('--attach-to <instance>', 'volumes, attached to this instance')
    .addOption(
      repeatable('--volume <id>', 'this volume of the recovery point only (repeatable; not for a new instance)'),
    )
    .addOption(
      repeatable('--device <volume=device>', 'with --attach-to: where to attach a volume (repeatable)', deviceOf),
    );

const only = (options: TargetOptions, allowed: readonly (keyof TargetOptions)[], target: string): void => {
  for (const [name, flag] of Object.entries(FLAGS) as [keyof TargetOptions, string][]) {
    if (options[name] === undefined || allowed.includes(name)) continue;
    throw usageError(`${flag} has no meaning ${target}.`, { field: flag, remedy: 'Leave it out: nothing was sent.' });
  }
};

const devicesOf = (device: readonly string[] | undefined) => device && Object.fromEntries(device.map(deviceOf));

/** Errors: CliError for a mixture, and for --in-place without --overwrite. */
export const targetOf = (options: TargetOptions) => {
  const { inPlace, overwrite, removeReplaced, volumes, attachTo, volume, device } = options;
  const availabilityZone = options.zone ?? options.availabilityZone;
  const volumeIds = volume && [...volume];
  const chosen = [inPlace && '--in-place', volumes && '--volumes', attachTo && '--attach-to'].filter(Boolean);
  if (chosen.length > 1) {
    throw usageError(`${chosen.join(' and ')} are different targets.`, {
      field: String(chosen[1]),
      remedy: 'Choose one of --in-place, --volumes and --attach-to; none means a new instance.',
    });
  }
  if (inPlace) {
    only(options, ['overwrite', 'removeReplaced', 'volume'], 'in place');
    if (!overwrite) {
      throw usageError('A restore in place replaces what is on the instance’s volumes now.', {
        field: '--overwrite',
        remedy: 'Add --overwrite to say that this is meant; --dry-run shows what would be replaced.',
      });
    }
    const replacedVolumes = removeReplaced ? 'remove' : 'keep';
    return { kind: 'in-place', overwrite: true, replacedVolumes, ...given({ volumeIds }) } as const;
  }
  if (volumes) {
    only(options, ['volume', 'zone'], 'with --volumes');
    return { kind: 'volumes', ...given({ volumeIds, availabilityZone }) } as const;
  }
  if (attachTo !== undefined) {
    only(options, ['volume', 'device'], 'with --attach-to');
    return { kind: 'attach', instanceId: attachTo, ...given({ volumeIds, devices: devicesOf(device) }) } as const;
  }
  only(options, [...NEW_INSTANCE, 'zone'], 'for a new instance');
  return {
    kind: 'new-instance',
    ...given({
      name: options.name,
      instanceType: options.instanceType,
      subnetId: options.subnet,
      securityGroupIds: options.securityGroup && [...options.securityGroup],
      keyName: options.keyName,
      availabilityZone,
      donorImageId: options.donorImage,
    }),
  } as const;
};
