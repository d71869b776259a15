/**
 * Whose resources may be used for what: O6, O7 and O8 as pure decisions. The rules are asked first; what they allow and
 * what is not built yet is `not-available`, and refused before anything is done.
 */
import type { HypervisorId } from '../contracts/ids.ts';
import type { Purpose, Transport } from '../contracts/plans.ts';
import { type HoldfastError, NotAvailable, RuleViolated } from './errors.ts';

export interface ResourceQuestion {
  readonly purpose: Purpose;
  readonly transport: Transport;
  readonly tenantAccountId: string;
  /** The account that the access nodes run in: the service hypervisor's. */
  readonly nodeAccountId: string;
  readonly serviceId: HypervisorId;
  readonly accessNodes: 'manual' | 'automatic';
  /** VM groups of the service hypervisor: where its automatic nodes come from. */
  readonly vmGroups: number;
  /** Access nodes added to the service hypervisor by hand. */
  readonly manualNodes: number;
}

export type Rule = 'O6' | 'O7' | 'O8';

export type Decision =
  | { readonly action: 'allow' }
  | { readonly action: 'refuse'; readonly rule: Rule; readonly reason: string; readonly tenantReason: string }
  | { readonly action: 'not-available'; readonly reason: string; readonly tenantReason: string };

/** What one rule says of a question; `available` is no rule of the mission: whether it is built. */
export interface RuleAnswer {
  readonly rule: Rule | 'available';
  readonly outcome: 'allowed' | 'refused' | 'not available';
  readonly reason: string;
  /** Names no service-side setting, transport included (A5). */
  readonly tenantReason: string;
}

const SET_UP =
  'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.';

const answer = (rule: RuleAnswer['rule'], outcome: RuleAnswer['outcome'], reason: string, tenantReason: string) => ({
  rule,
  outcome,
  reason,
  tenantReason,
});

const o6 = ({ accessNodes, vmGroups, manualNodes, serviceId }: ResourceQuestion): RuleAnswer => {
  const fine = 'Your provider’s resources are ready.';
  if (accessNodes === 'manual') return answer('O6', 'allowed', `${serviceId} has manual access nodes`, fine);
  if (vmGroups > 0)
    return answer('O6', 'allowed', `${serviceId} gets its access nodes from its VM groups (automatic)`, fine);
  if (manualNodes > 0)
    return answer('O6', 'allowed', `${serviceId} has no VM group, but access nodes that were added by hand`, fine);
  return answer(
    'O6',
    'refused',
    `the service hypervisor ${serviceId} gets its access nodes from its VM groups (automatic) and has no VM group: ` +
      'access nodes must be added by hand at the service hypervisor before a tenant hypervisor can use it',
    SET_UP,
  );
};

const o7 = ({ purpose, transport, tenantAccountId, nodeAccountId }: ResourceQuestion): RuleAnswer => {
  if (purpose !== 'replication' || transport === 'ebs-direct') {
    return answer(
      'O7',
      'allowed',
      `${transport} for ${purpose} may use resources of another account`,
      `For ${purpose}, resources of your provider may be used.`,
    );
  }
  if (nodeAccountId === tenantAccountId) {
    const own = `the access nodes are in ${tenantAccountId} itself`;
    return answer('O7', 'allowed', own, `The resources are in your own account ${tenantAccountId}.`);
  }
  return answer(
    'O7',
    'refused',
    `${transport} replication cannot use resources of another account (${nodeAccountId}): ` +
      `it needs an access node in ${tenantAccountId}`,
    `Replication as it is set up needs resources in your own account ${tenantAccountId}: another account’s cannot be used for it.`,
  );
};

const o8 = ({ purpose, transport, tenantAccountId, nodeAccountId }: ResourceQuestion): RuleAnswer => {
  if (purpose !== 'conversion' || transport !== 'hotadd') {
    return answer(
      'O8',
      'allowed',
      `${transport} for ${purpose} may use an access node of another account`,
      `For ${purpose}, resources of your provider may be used.`,
    );
  }
  if (nodeAccountId === tenantAccountId) {
    const own = `the access nodes are in ${tenantAccountId} itself`;
    return answer('O8', 'allowed', own, `The resources are in your own account ${tenantAccountId}.`);
  }
  return answer(
    'O8',
    'refused',
    `a hotadd conversion into ${tenantAccountId} cannot use an access node of another account (${nodeAccountId}): ` +
      `it needs an access node in ${tenantAccountId}`,
    `Conversion as it is set up needs resources in your own account ${tenantAccountId}: another account’s cannot be used for it.`,
  );
};

const available = ({ purpose, transport }: ResourceQuestion): RuleAnswer => {
  const missing = [
    ...(transport === 'ebs-direct' ? [] : [`the transport ${transport}`]),
    ...(purpose === 'restore' ? [] : [purpose]),
  ];
  if (missing.length === 0)
    return answer('available', 'allowed', `${transport} for ${purpose} is built`, 'This can be done.');
  return answer(
    'available',
    'not available',
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} allowed by the rules, but not built yet`,
    purpose === 'restore'
      ? 'This is not available yet.'
      : `${purpose === 'replication' ? 'Replication' : 'Conversion'} is not available yet.`,
  );
};

/** Every rule's answer, in order: O6 to O8, then whether it is built. For previews. */
export const askRules = (question: ResourceQuestion): readonly RuleAnswer[] => [
  o6(question),
  o7(question),
  o8(question),
  available(question),
];

/** The first rule that refuses decides; then what is not built. */
export const decideResources = (question: ResourceQuestion): Decision => {
  const answers = askRules(question);
  const refused = answers.find(({ outcome }) => outcome === 'refused');
  if (refused && refused.rule !== 'available') {
    return { action: 'refuse', rule: refused.rule, reason: refused.reason, tenantReason: refused.tenantReason };
  }
  const missing = answers.find(({ outcome }) => outcome === 'not available');
  if (missing) return { action: 'not-available', reason: missing.reason, tenantReason: missing.tenantReason };
  return { action: 'allow' };
};

const REMEDIES: Readonly<Record<Rule, string>> = {
  O6: 'Add access nodes by hand at the service hypervisor (holdfast access-node add), or give it a VM group.',
  O7: 'Use the transport ebs-direct, or access nodes in the account that is named.',
  O8: 'Use the transport ebs-direct, or access nodes in the account that is named.',
};

/** The error that a decision is refused with; undefined where it allows. */
export const resourceError = (decision: Decision): HoldfastError | undefined => {
  switch (decision.action) {
    case 'allow':
      return undefined;
    case 'refuse':
      return new RuleViolated(`${decision.rule}: ${decision.reason}`, {
        tenantMessage: decision.tenantReason,
        remedy: REMEDIES[decision.rule],
      });
    case 'not-available':
      return new NotAvailable(decision.reason, {
        tenantMessage: decision.tenantReason,
        remedy: 'Use the transport ebs-direct and the purpose restore.',
      });
  }
};
