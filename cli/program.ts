/** All commands. They speak to the system only through its REST API. */
import { Command, CommanderError } from 'commander';
import { addBackupStart } from './backup-start.ts';
import { CliError } from './cli-error.ts';
import { EXIT, EXIT_HELP } from './exit-codes.ts';
import { addHypervisorAdd } from './hypervisor-add.ts';
import { addHypervisorBind } from './hypervisor-bind.ts';
import { addHypervisorList } from './hypervisor-list.ts';
import { addHypervisorShow } from './hypervisor-show.ts';
import { addJobCancel } from './job-cancel.ts';
import { addJobList } from './job-list.ts';
import { addJobShow } from './job-show.ts';
import { addJobWatch } from './job-watch.ts';
import { addRecoveryKeyCreate } from './recovery-key-create.ts';
import { addRecoveryPointList } from './recovery-point-list.ts';
import { addRecoveryPointShow } from './recovery-point-show.ts';
import { addRestoreStart } from './restore-start.ts';
import { createScreen } from './screen.ts';

const NOUNS = {
  hypervisor: [
    'AWS accounts: those that lend resources, and those that are protected',
    [addHypervisorAdd, addHypervisorList, addHypervisorShow, addHypervisorBind],
  ],
  backup: ['protect instances', [addBackupStart]],
  'recovery-point': ['what a restore starts from', [addRecoveryPointList, addRecoveryPointShow]],
  restore: ['bring instances back', [addRestoreStart]],
  job: ['backups and restores, running and past', [addJobList, addJobShow, addJobWatch, addJobCancel]],
  'recovery-key': ['the offline key that opens a library without AWS', [addRecoveryKeyCreate]],
} as const;

/** What is set here before the commands are added holds for them too. */
export const createProgram = (): Command => {
  const program = new Command('holdfast')
    .description('Data protection for Amazon EC2, run by one AWS account on behalf of many others.')
    .option('--api-url <url>', 'the Holdfast API (default: HOLDFAST_API_URL)')
    .option('--json', 'answers as JSON, for scripts')
    .helpOption('-h, --help', 'what there is, with an example')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('Add --help to see how.')
    .addHelpText(
      'after',
      `
Signs with your AWS credentials: AWS_PROFILE, AWS_ACCESS_KEY_ID, …; region from AWS_REGION.
Tenants work on their own account; operators name a tenant with --tenant.

${EXIT_HELP}

Example:
  $ holdfast backup start i-0123456789abcdef0 --wait`,
    );
  for (const [noun, [description, verbs]] of Object.entries(NOUNS)) {
    const group = program.command(noun).description(description).helpCommand(false);
    for (const add of verbs) add(group);
  }
  return program;
};

/** Answers the exit code. */
export const run = async (): Promise<number> => {
  const program = createProgram();
  try {
    await program.parseAsync();
    return EXIT.ok;
  } catch (error) {
    // commander has said what is wrong; --help and --version end with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) {
      console.error('Error: a fault of holdfast itself. Please report it with what follows.', error);
      return EXIT.bug;
    }
    if (error.message) createScreen({ json: program.opts<{ json?: boolean }>().json === true }).error(error);
    return error.exitCode;
  }
};
