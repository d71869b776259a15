/** The rules of the mission, each with the change to what is deployed that takes it out. */
import type { Mutation } from '../deployment/mutation.ts';

export interface TakenOut {
  readonly row: string;
  /** What does not hold any more. */
  readonly rule: string;
  readonly mutation: Mutation;
  /** How the row says so. */
  readonly red: RegExp;
  /** Told within seconds: part of `npm test`. The others take `npm run tour:prove`. */
  readonly quick?: true;
}

export const TAKEN_OUT: readonly TakenOut[] = [
  {
    row: 'A1',
    rule: 'credentials must be those of the account that was named',
    mutation: {
      file: 'core/steps/api/check-identity.ts',
      find: 'if (who.accountId === accountId) return who;',
      replace: 'return who;',
    },
    red: /to be refused, and was added/,
  },
  {
    row: 'A2',
    rule: 'a tenant does not authenticate with an IAM role',
    mutation: {
      file: 'core/contracts/hypervisor-requests.ts',
      find: "z.discriminatedUnion('method', [TenantAssumeRole, AccessKey], {",
      replace: "z.discriminatedUnion('method', [TenantAssumeRole, AccessKey, IamRole], {",
    },
    red: /an IAM role for a tenant is refused by the API/,
    quick: true,
  },
  {
    row: 'A3',
    rule: 'jobs run on the service hypervisor that the tenant is bound to',
    mutation: {
      file: 'core/steps/tenant-of-job.ts',
      find: 'const service = tenant.binding && (await catalog.hypervisors.get(tenant.binding.serviceId));',
      replace: `const service = (await catalog.hypervisors.list({ limit: 100 })).items.find(
        (each) => each.kind === 'service' && each.accessNodes === 'manual',
      );`,
    },
    red: /nothing was written to|only .* data comes to|ended with 1/,
  },
  {
    row: 'A4',
    rule: 'a missing permission is named',
    mutation: {
      file: 'core/domain/permission-report.ts',
      find: "if (verdict === 'allowed') continue;",
      replace: 'continue;',
    },
    red: /what is missing is named/,
    quick: true,
  },
  {
    row: 'A5',
    rule: 'what an error says to operators does not reach a tenant',
    mutation: {
      file: 'core/domain/tenant-words.ts',
      find: 'error.tenantMessage ??',
      replace: 'error.message ??',
    },
    red: /a tenant reads what it must not/,
  },
  {
    row: 'A6',
    rule: 'what is configured by the one is there for the other',
    mutation: {
      file: 'core/steps/api/replace-plan.ts',
      find: 'const isReplaced = await catalog.plans.replace(plan, read);',
      replace: 'const isReplaced = true;',
    },
    red: /what the command changed, the API reads/,
  },
  {
    row: 'O1',
    rule: 'an incremental reads changed blocks only',
    mutation: {
      file: 'core/steps/transfer/open-source.ts',
      find: 'if (isFullAsked(job)) return',
      replace: 'if (true) return',
    },
    red: /an incremental of both/,
  },
  {
    row: 'O1',
    rule: 'a volume whose base snapshot is gone falls back to a full',
    mutation: {
      file: 'core/steps/transfer/open-source.ts',
      find: 'if (!present.has(base.snapshotId))',
      replace: 'if (false)',
    },
    red: /ended with 1|read in full|is gone/,
  },
  {
    row: 'O2',
    rule: 'what could not hold still is not called application-consistent',
    mutation: {
      file: 'core/steps/snapshot/take-snapshots.ts',
      find: "kind: way === 'plain' ? ('crash' as const) : ('application' as const),",
      replace: "kind: 'application' as const,",
    },
    red: /nothing could hold still/,
  },
  {
    row: 'O3',
    rule: 'a backup copy follows its snapshot at once',
    mutation: {
      file: 'statemachines/snapshot.asl.yaml',
      find: '- Condition: "{% $copyAtOnce %}"',
      replace: '- Condition: "{% false %}"',
    },
    red: /the copy that was to follow at once/,
  },
  {
    row: 'O3',
    rule: 'only what is not copied yet is copied',
    mutation: {
      file: 'core/steps/copy/points-to-copy.ts',
      find: "return copy?.state !== 'available' && (named !== undefined || copy?.state !== 'expired');",
      replace: 'return true;',
    },
    red: /only what is not copied yet/,
  },
  {
    row: 'O4',
    rule: 'a restore of single volumes restores the volumes that are named',
    mutation: {
      file: 'core/domain/restore-decision.ts',
      find: 'return named === undefined ? point.volumes : point.volumes.filter(({ volumeId }) => named.includes(volumeId));',
      replace: 'return point.volumes;',
    },
    red: /only the volume that was named|ended with 1/,
  },
  {
    row: 'O4',
    rule: 'in place, the replaced volumes are removed only if asked',
    mutation: {
      file: 'core/steps/restore/finish-restore.ts',
      find: "if (target.kind !== 'in-place' || target.replacedVolumes !== 'remove') return;",
      replace: "if (target.kind !== 'in-place') return;",
    },
    red: /the replaced volumes are kept/,
  },
  {
    row: 'O5',
    rule: 'a Windows instance is launched from an image of its platform',
    mutation: {
      file: 'core/domain/restore-decision.ts',
      find: "(instance.platform === UNLICENSED ? 'image' : 'donor')",
      replace: "'image'",
    },
    red: /ended with 1|its licence is kept/,
  },
  {
    row: 'O6',
    rule: 'without a VM group, automatic access nodes are none',
    mutation: {
      file: 'core/domain/resource-rules.ts',
      find: 'if (vmGroups > 0)',
      replace: 'if (vmGroups >= 0)',
    },
    red: /without a VM group nobody is bound to it/,
  },
  {
    row: 'O7',
    rule: 'replication by hotadd or import-export uses no resources of another account',
    mutation: {
      file: 'core/domain/resource-rules.ts',
      find: "if (purpose !== 'replication' || transport === 'ebs-direct') {",
      replace: 'if (true) {',
    },
    red: /O7 refuses/,
    quick: true,
  },
  {
    row: 'O8',
    rule: 'a hotadd conversion uses no access node of another account',
    mutation: {
      file: 'core/domain/resource-rules.ts',
      find: "if (purpose !== 'conversion' || transport !== 'hotadd') {",
      replace: 'if (true) {',
    },
    red: /O8 refuses/,
    quick: true,
  },
  {
    row: 'O9',
    rule: 'volume tags are left out by default from the library',
    mutation: {
      file: 'core/domain/restore-decision.ts',
      find: "(place === 'snapshot' ? 'restore' : 'leave-out')",
      replace: "'restore'",
    },
    red: /volume tags are left out/,
  },
  {
    row: 'T1',
    rule: 'a paused plan’s schedule stands still',
    mutation: {
      file: 'core/steps/schedule/put-schedules.ts',
      find: 'enabled: found.enabled',
      replace: 'enabled: true',
    },
    red: /a paused plan’s schedule stands still/,
  },
  {
    row: 'T1',
    rule: 'a time that is delivered twice is one job',
    mutation: {
      file: 'core/steps/schedule/start-scheduled-job.ts',
      find: "derivedId(sha256, 'job', planId, action, new Date(dueAt).toISOString())",
      replace: "derivedId(sha256, 'job', planId, action, String(Math.random()))",
    },
    red: /delivered twice it is one job/,
  },
  {
    row: 'T2',
    rule: 'the same idempotency key is the same job',
    mutation: {
      file: 'core/steps/api/idempotency.ts',
      find: 'derivedId(sha256, prefix, owner, route, asked.idempotencyKey)',
      replace: 'derivedId(sha256, prefix, owner, route, ids.uuid())',
    },
    red: /the same key again is the same job/,
  },
  {
    row: 'T3',
    rule: 'an execution’s input names the tenant',
    mutation: {
      file: 'core/steps/api/start-job.ts',
      find: 'tenantName: name,',
      replace: "tenantName: '',",
    },
    red: /the input names tenant and trigger/,
  },
  {
    row: 'T4',
    rule: 'each kind of job runs in the machine of its name',
    mutation: {
      file: 'functions/wiring/machines.ts',
      find: '-snapshot`',
      replace: '-backup`',
    },
    red: /holdfast snapshot start .* ended with 1/,
  },
];
