/** All commands. They speak to the system only through its REST API. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { addAccessNodeAdd } from './access-node-add.ts';
import { addAccessNodeDrain } from './access-node-drain.ts';
import { addAccessNodeList } from './access-node-list.ts';
import { addAccessNodeRemove } from './access-node-remove.ts';
import { addApprovalApprove } from './approval-approve.ts';
import { addApprovalList } from './approval-list.ts';
import { addApprovalReject } from './approval-reject.ts';
import { addApprovalShow } from './approval-show.ts';
import { addAuditExport } from './audit-export.ts';
import { addAuditList } from './audit-list.ts';
import { addAuditVerify } from './audit-verify.ts';
import { addBackupCopyStart } from './backup-copy-start.ts';
import { addBackupStart } from './backup-start.ts';
import { CliError } from './cli-error.ts';
import { addCompletion } from './completion.ts';
import { EXIT, EXIT_HELP } from './exit-codes.ts';
import { groupExamples } from './group-examples.ts';
import { addHypervisorAccessTemplate } from './hypervisor-access-template.ts';
import { addHypervisorAdd } from './hypervisor-add.ts';
import { addHypervisorBind } from './hypervisor-bind.ts';
import { addHypervisorCheck } from './hypervisor-check.ts';
import { addHypervisorList } from './hypervisor-list.ts';
import { addHypervisorProtect } from './hypervisor-protect.ts';
import { addHypervisorRemove } from './hypervisor-remove.ts';
import { addHypervisorRestoreAccess } from './hypervisor-restore-access.ts';
import { addHypervisorRevoke } from './hypervisor-revoke.ts';
import { addHypervisorRotateKey } from './hypervisor-rotate-key.ts';
import { addHypervisorShow } from './hypervisor-show.ts';
import { addHypervisorTemplate } from './hypervisor-template.ts';
import { addHypervisorUnbind } from './hypervisor-unbind.ts';
import { addJobCancel } from './job-cancel.ts';
import { addJobList } from './job-list.ts';
import { addJobResume } from './job-resume.ts';
import { addJobRetry } from './job-retry.ts';
import { addJobShow } from './job-show.ts';
import { addJobSuspend } from './job-suspend.ts';
import { addJobWatch } from './job-watch.ts';
import { addLibraryCancel } from './library-cancel.ts';
import { addLibraryCat } from './library-cat.ts';
import { addLibraryCheck } from './library-check.ts';
import { addLibraryExtendLocks } from './library-extend-locks.ts';
import { addLibraryImport } from './library-import.ts';
import { addLibraryPrune } from './library-prune.ts';
import { addLibraryRepair } from './library-repair.ts';
import { addLibraryRun } from './library-run.ts';
import { addLibraryRuns } from './library-runs.ts';
import { addLibraryStats } from './library-stats.ts';
import { addOpenapi } from './openapi.ts';
import { addPermissionsCheck } from './permissions-check.ts';
import { addPermissionsCloudformation } from './permissions-cloudformation.ts';
import { addPermissionsPrint } from './permissions-print.ts';
import { addPermissionsTerraform } from './permissions-terraform.ts';
import { addPlanAdd } from './plan-add.ts';
import { addPlanChange } from './plan-change.ts';
import { addPlanList } from './plan-list.ts';
import { addPlanRemove } from './plan-remove.ts';
import { addPlanShow } from './plan-show.ts';
import { printable } from './printable.ts';
import { addRecoveryKeyCreate } from './recovery-key-create.ts';
import { addRecoveryPointDelete } from './recovery-point-delete.ts';
import { addRecoveryPointHold } from './recovery-point-hold.ts';
import { addRecoveryPointList } from './recovery-point-list.ts';
import { addRecoveryPointRelease } from './recovery-point-release.ts';
import { addRecoveryPointShow } from './recovery-point-show.ts';
import { addRestoreStart } from './restore-start.ts';
import { addRetentionPlan } from './retention-plan.ts';
import { addRetentionRun } from './retention-run.ts';
import { createScreen } from './screen.ts';
import { addSnapshotStart } from './snapshot-start.ts';
import { addTenantInvite } from './tenant-invite.ts';
import { addVmGroupAdd } from './vm-group-add.ts';
import { addVmGroupChange } from './vm-group-change.ts';
import { addVmGroupList } from './vm-group-list.ts';
import { addVmGroupPreview } from './vm-group-preview.ts';
import { addVmGroupRemove } from './vm-group-remove.ts';
import { addVmGroupShow } from './vm-group-show.ts';
import { showWaiting, WaitsForApproval } from './waits-for-approval.ts';

const NOUNS = {
  backup: ['streaming backups: data to the library', [addBackupStart]],
  snapshot: ['IntelliSnap backups: EBS snapshots in the tenant account', [addSnapshotStart]],
  'backup-copy': ['the data of snapshots to the library', [addBackupCopyStart]],
  restore: ['bring instances and volumes back', [addRestoreStart]],
  job: [
    'backups, snapshots, backup copies and restores, running and past',
    [addJobList, addJobShow, addJobWatch, addJobCancel, addJobSuspend, addJobResume, addJobRetry],
  ],
  'recovery-point': [
    'what a restore starts from',
    [
      ...[addRecoveryPointList, addRecoveryPointShow, addRecoveryPointHold, addRecoveryPointRelease],
      addRecoveryPointDelete,
    ],
  ],
  retention: ['recovery points that no rule keeps any more', [addRetentionPlan, addRetentionRun]],
  'vm-group': [
    'which instances are protected together',
    [addVmGroupAdd, addVmGroupList, addVmGroupShow, addVmGroupPreview, addVmGroupChange, addVmGroupRemove],
  ],
  plan: [
    'when VM groups are protected, how, and how long it is kept',
    [addPlanAdd, addPlanList, addPlanShow, addPlanChange, addPlanRemove],
  ],
  hypervisor: [
    'AWS accounts: those that lend resources, and those that are protected',
    [
      ...[addHypervisorAdd, addHypervisorList, addHypervisorShow, addHypervisorBind, addHypervisorUnbind],
      ...[addHypervisorAccessTemplate, addHypervisorTemplate, addHypervisorCheck, addHypervisorRemove],
      ...[addHypervisorProtect],
      ...[addHypervisorRotateKey, addHypervisorRevoke, addHypervisorRestoreAccess],
    ],
  ],
  tenant: ['operators: ask accounts in', [addTenantInvite]],
  'access-node': [
    'operators: the workers that move data',
    [addAccessNodeAdd, addAccessNodeList, addAccessNodeDrain, addAccessNodeRemove],
  ],
  permissions: [
    'what an account has to grant',
    [addPermissionsPrint, addPermissionsCloudformation, addPermissionsTerraform, addPermissionsCheck],
  ],
  approval: [
    'what waits for a second person, where two-person approval is on',
    [addApprovalList, addApprovalShow, addApprovalApprove, addApprovalReject],
  ],
  audit: [
    'operators: who did what, when and from where, or was refused',
    [addAuditList, addAuditExport, addAuditVerify],
  ],
  library: [
    'operators: look after a tenant’s library; read and fill one by its recovery key, without AWS',
    [
      ...[addLibraryCheck, addLibraryStats, addLibraryRepair, addLibraryPrune, addLibraryExtendLocks],
      ...[addLibraryRuns, addLibraryRun, addLibraryCancel, addLibraryCat, addLibraryImport],
    ],
  ],
  'recovery-key': ['the offline key that opens a library without AWS', [addRecoveryKeyCreate]],
} as const;

const versionOf = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** What is set here before the commands are added holds for them too. */
export const createProgram = (): Command => {
  const program = new Command('holdfast')
    .description('Data protection for Amazon EC2, run by one AWS account on behalf of many others.')
    .option('--api-url <url>', 'the Holdfast API (default: HOLDFAST_API_URL)')
    .option('--json', 'answers as JSON, for scripts')
    .version(versionOf(), '--version', 'the version of holdfast')
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
    group.addHelpText('after', () => groupExamples(group));
  }
  addOpenapi(program);
  addCompletion(program);
  return program;
};

/** Answers the exit code. `args` are what follows the command's own name. */
export const run = async (args: readonly string[] = process.argv.slice(2)): Promise<number> => {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // commander has said what is wrong; --help and --version end with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) {
      const fault = 'Error: a fault of holdfast itself. Please report it with what follows.';
      process.stderr.write(`${printable(`${fault} ${inspect(error)}`, { colored: false })}\n`);
      return EXIT.bug;
    }
    const screen = createScreen({ json: program.opts<{ json?: boolean }>().json === true });
    if (error instanceof WaitsForApproval) showWaiting(screen, error);
    else if (error.message) screen.error(error);
    return error.exitCode;
  }
};
