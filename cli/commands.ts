import type { Command } from 'commander';

/** Adds a verb's command to its noun's. */
type AddVerb = (noun: Command) => void;

interface Noun {
  readonly about: string;
  /** Loaded when they are named on the command line: all of them, with what they need, take a third of a second. */
  readonly verbs: Readonly<Record<string, () => Promise<AddVerb>>>;
}

/** All commands: `holdfast <noun> <verb>`. The file of each says the rest. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  backup: {
    about: 'streaming backups: data to the library',
    verbs: {
      start: () => import('./backup-start.ts').then((its) => its.addBackupStart),
    },
  },
  snapshot: {
    about: 'IntelliSnap backups: EBS snapshots in the tenant account',
    verbs: {
      start: () => import('./snapshot-start.ts').then((its) => its.addSnapshotStart),
    },
  },
  'backup-copy': {
    about: 'the data of snapshots to the library',
    verbs: {
      start: () => import('./backup-copy-start.ts').then((its) => its.addBackupCopyStart),
    },
  },
  restore: {
    about: 'bring instances and volumes back',
    verbs: {
      start: () => import('./restore-start.ts').then((its) => its.addRestoreStart),
    },
  },
  job: {
    about: 'backups, snapshots, backup copies and restores, running and past',
    verbs: {
      list: () => import('./job-list.ts').then((its) => its.addJobList),
      show: () => import('./job-show.ts').then((its) => its.addJobShow),
      watch: () => import('./job-watch.ts').then((its) => its.addJobWatch),
      cancel: () => import('./job-cancel.ts').then((its) => its.addJobCancel),
      suspend: () => import('./job-suspend.ts').then((its) => its.addJobSuspend),
      resume: () => import('./job-resume.ts').then((its) => its.addJobResume),
      retry: () => import('./job-retry.ts').then((its) => its.addJobRetry),
    },
  },
  instance: {
    about: 'what there is to protect, and whether it is',
    verbs: {
      list: () => import('./instance-list.ts').then((its) => its.addInstanceList),
    },
  },
  'recovery-point': {
    about: 'what a restore starts from',
    verbs: {
      list: () => import('./recovery-point-list.ts').then((its) => its.addRecoveryPointList),
      show: () => import('./recovery-point-show.ts').then((its) => its.addRecoveryPointShow),
      hold: () => import('./recovery-point-hold.ts').then((its) => its.addRecoveryPointHold),
      release: () => import('./recovery-point-release.ts').then((its) => its.addRecoveryPointRelease),
      delete: () => import('./recovery-point-delete.ts').then((its) => its.addRecoveryPointDelete),
    },
  },
  retention: {
    about: 'recovery points that no rule keeps any more',
    verbs: {
      plan: () => import('./retention-plan.ts').then((its) => its.addRetentionPlan),
      run: () => import('./retention-run.ts').then((its) => its.addRetentionRun),
    },
  },
  'vm-group': {
    about: 'which instances are protected together',
    verbs: {
      add: () => import('./vm-group-add.ts').then((its) => its.addVmGroupAdd),
      list: () => import('./vm-group-list.ts').then((its) => its.addVmGroupList),
      show: () => import('./vm-group-show.ts').then((its) => its.addVmGroupShow),
      preview: () => import('./vm-group-preview.ts').then((its) => its.addVmGroupPreview),
      change: () => import('./vm-group-change.ts').then((its) => its.addVmGroupChange),
      remove: () => import('./vm-group-remove.ts').then((its) => its.addVmGroupRemove),
    },
  },
  plan: {
    about: 'when VM groups are protected, how, and how long it is kept',
    verbs: {
      add: () => import('./plan-add.ts').then((its) => its.addPlanAdd),
      list: () => import('./plan-list.ts').then((its) => its.addPlanList),
      show: () => import('./plan-show.ts').then((its) => its.addPlanShow),
      change: () => import('./plan-change.ts').then((its) => its.addPlanChange),
      remove: () => import('./plan-remove.ts').then((its) => its.addPlanRemove),
    },
  },
  hypervisor: {
    about: 'AWS accounts: those that lend resources, and those that are protected',
    verbs: {
      add: () => import('./hypervisor-add.ts').then((its) => its.addHypervisorAdd),
      list: () => import('./hypervisor-list.ts').then((its) => its.addHypervisorList),
      show: () => import('./hypervisor-show.ts').then((its) => its.addHypervisorShow),
      bind: () => import('./hypervisor-bind.ts').then((its) => its.addHypervisorBind),
      unbind: () => import('./hypervisor-unbind.ts').then((its) => its.addHypervisorUnbind),
      'access-template': () => import('./hypervisor-access-template.ts').then((its) => its.addHypervisorAccessTemplate),
      template: () => import('./hypervisor-template.ts').then((its) => its.addHypervisorTemplate),
      check: () => import('./hypervisor-check.ts').then((its) => its.addHypervisorCheck),
      remove: () => import('./hypervisor-remove.ts').then((its) => its.addHypervisorRemove),
      protect: () => import('./hypervisor-protect.ts').then((its) => its.addHypervisorProtect),
      'rotate-key': () => import('./hypervisor-rotate-key.ts').then((its) => its.addHypervisorRotateKey),
      revoke: () => import('./hypervisor-revoke.ts').then((its) => its.addHypervisorRevoke),
      'restore-access': () => import('./hypervisor-restore-access.ts').then((its) => its.addHypervisorRestoreAccess),
    },
  },
  tenant: {
    about: 'operators: ask accounts in, and see how they are protected',
    verbs: {
      invite: () => import('./tenant-invite.ts').then((its) => its.addTenantInvite),
      protection: () => import('./tenant-protection.ts').then((its) => its.addTenantProtection),
      costs: () => import('./tenant-costs.ts').then((its) => its.addTenantCosts),
    },
  },
  'access-node': {
    about: 'operators: the workers that move data',
    verbs: {
      add: () => import('./access-node-add.ts').then((its) => its.addAccessNodeAdd),
      list: () => import('./access-node-list.ts').then((its) => its.addAccessNodeList),
      drain: () => import('./access-node-drain.ts').then((its) => its.addAccessNodeDrain),
      remove: () => import('./access-node-remove.ts').then((its) => its.addAccessNodeRemove),
    },
  },
  permissions: {
    about: 'what an account has to grant',
    verbs: {
      print: () => import('./permissions-print.ts').then((its) => its.addPermissionsPrint),
      cloudformation: () => import('./permissions-cloudformation.ts').then((its) => its.addPermissionsCloudformation),
      terraform: () => import('./permissions-terraform.ts').then((its) => its.addPermissionsTerraform),
      check: () => import('./permissions-check.ts').then((its) => its.addPermissionsCheck),
    },
  },
  approval: {
    about: 'what waits for a second person, where two-person approval is on',
    verbs: {
      list: () => import('./approval-list.ts').then((its) => its.addApprovalList),
      show: () => import('./approval-show.ts').then((its) => its.addApprovalShow),
      approve: () => import('./approval-approve.ts').then((its) => its.addApprovalApprove),
      reject: () => import('./approval-reject.ts').then((its) => its.addApprovalReject),
    },
  },
  quarantine: {
    about: 'operators: orders that access nodes died with, set aside to be looked at',
    verbs: {
      list: () => import('./quarantine-list.ts').then((its) => its.addQuarantineList),
      show: () => import('./quarantine-show.ts').then((its) => its.addQuarantineShow),
      release: () => import('./quarantine-release.ts').then((its) => its.addQuarantineRelease),
    },
  },
  reaper: {
    about: 'operators: what crashes left behind, and removing it',
    verbs: {
      plan: () => import('./reaper-plan.ts').then((its) => its.addReaperPlan),
      run: () => import('./reaper-run.ts').then((its) => its.addReaperRun),
    },
  },
  audit: {
    about: 'operators: who did what, when and from where, or was refused',
    verbs: {
      list: () => import('./audit-list.ts').then((its) => its.addAuditList),
      export: () => import('./audit-export.ts').then((its) => its.addAuditExport),
      verify: () => import('./audit-verify.ts').then((its) => its.addAuditVerify),
    },
  },
  library: {
    about: 'operators: look after a tenant’s library; read and fill one by its recovery key, without AWS',
    verbs: {
      check: () => import('./library-check.ts').then((its) => its.addLibraryCheck),
      stats: () => import('./library-stats.ts').then((its) => its.addLibraryStats),
      repair: () => import('./library-repair.ts').then((its) => its.addLibraryRepair),
      prune: () => import('./library-prune.ts').then((its) => its.addLibraryPrune),
      'extend-locks': () => import('./library-extend-locks.ts').then((its) => its.addLibraryExtendLocks),
      'rotate-key': () => import('./library-rotate-key.ts').then((its) => its.addLibraryRotateKey),
      growth: () => import('./library-growth.ts').then((its) => its.addLibraryGrowth),
      runs: () => import('./library-runs.ts').then((its) => its.addLibraryRuns),
      run: () => import('./library-run.ts').then((its) => its.addLibraryRun),
      cancel: () => import('./library-cancel.ts').then((its) => its.addLibraryCancel),
      points: () => import('./library-points.ts').then((its) => its.addLibraryPoints),
      cat: () => import('./library-cat.ts').then((its) => its.addLibraryCat),
      import: () => import('./library-import.ts').then((its) => its.addLibraryImport),
    },
  },
  'recovery-key': {
    about: 'the offline key that opens a library without AWS',
    verbs: {
      create: () => import('./recovery-key-create.ts').then((its) => its.addRecoveryKeyCreate),
    },
  },
};

/** Adds the named verb to its noun's command; where none of its verbs is named, all of them. */
export const addVerbs = async (noun: Command, verb?: string): Promise<void> => {
  const verbs = Object.entries(NOUNS[noun.name()]?.verbs ?? {});
  const named = verbs.filter(([name]) => name === verb);
  for (const [, load] of named.length > 0 ? named : verbs) (await load())(noun);
};
