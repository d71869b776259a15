import { type Command, Option } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { wholeNumber } from './paging.ts';

interface Options {
  readonly name?: string;
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly securityGroup?: readonly string[];
  readonly keyName?: string;
  readonly availabilityZone?: string;
  readonly volumeTags: 'leave-out' | 'restore';
  readonly queueDeadline?: number;
  readonly wait?: boolean;
  readonly tenant?: string;
}

export const addRestoreStart = (group: Command): void => {
  group
    .command('start')
    .description('launch a new instance from a recovery point; what is not named is as it was')
    .argument('<recovery point>', 'its id: holdfast recovery-point list')
    .option('--name <name>', 'the new instance’s name (default: the old one’s with "-restored")')
    .option('--instance-type <type>', 'e.g. m7i.large')
    .option('--subnet <id>', 'the subnet to launch in')
    .option('--security-group <ids...>', 'its security groups')
    .option('--key-name <name>', 'its key pair')
    .option('--availability-zone <zone>', 'where, if no subnet is named')
    .addOption(
      new Option('--volume-tags <how>', 'tags of the volumes').choices(['leave-out', 'restore']).default('leave-out'),
    )
    .option('--wait', 'watch the job until it ends')
    .addOption(
      new Option(
        '--queue-deadline <seconds>',
        'fail if the work is not taken up in this time (default: 3600)',
      ).argParser(wholeNumber),
    )
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast restore start rp-0199… --subnet subnet-0123456789abcdef0 --wait')
    .action(async (recoveryPointId: string, options: Options, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('startRestore', options.tenant);
      const { name, instanceType, subnet, securityGroup, keyName, availabilityZone, queueDeadline } = options;
      const { jobId } = await context.api.call(route, {
        params,
        body: {
          recoveryPointId,
          volumeTags: options.volumeTags,
          // undefined ones vanish in JSON
          ...({
            name,
            instanceType,
            subnetId: subnet,
            securityGroupIds: securityGroup,
            keyName,
            availabilityZone,
            queueDeadlineSeconds: queueDeadline,
          } as object),
        },
      });
      await jobStarted(context, { jobId, what: 'Restore', tenant: options.tenant, wait: options.wait === true });
    });
};
