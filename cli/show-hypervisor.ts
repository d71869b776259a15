import type { HypervisorView } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

const STATES = {
  ready: 'ready',
  preparing: 'preparing: what its template makes is not found yet',
  removing: 'being removed',
} as const;

const LOCKS = {
  governance: 'governance: what is written is kept until its retention is over',
  compliance: 'compliance (vault): nobody can shorten it',
} as const;

const revokedWords = ({ since, by, reason }: NonNullable<HypervisorView['revoked']>): string =>
  `access revoked since ${time(since)} by ${by}${reason === undefined ? '' : `: ${reason}`}`;

/** Of an operator's view, whatever applies. */
export const showHypervisor = (screen: Screen, hypervisor: HypervisorView): void => {
  screen.fields([
    ['Id', hypervisor.hypervisorId],
    ['Kind', hypervisor.kind],
    ['Name', hypervisor.name],
    ['Account', hypervisor.accountId],
    ['Region', hypervisor.region],
    ['Signs in with', hypervisor.authMethod],
    ['Role', hypervisor.roleArn],
    ['ExternalId', hypervisor.externalId],
    ['Access key', hypervisor.accessKeyId],
    ['Bound to', hypervisor.kind === 'tenant' ? (hypervisor.boundTo ?? 'nothing yet') : undefined],
    ['State', hypervisor.removing && STATES.removing],
    ['State', hypervisor.revoked && revokedWords(hypervisor.revoked)],
    ['Approvals', hypervisor.approvals && 'two-person: what takes protection away waits for a second person'],
    ['Bound since', hypervisor.boundAt && time(hypervisor.boundAt)],
    ['State', hypervisor.state && STATES[hypervisor.state]],
    ['Access nodes', hypervisor.accessNodes],
    ['Nodes’ subnets', hypervisor.nodeSubnets?.join(', ')],
    ['Auto Scaling group', hypervisor.autoScalingGroupName],
    ['Nodes’ control role', hypervisor.nodeControlRoleArn],
    ['Library', hypervisor.library],
    ['Lock', hypervisor.libraryLock && LOCKS[hypervisor.libraryLock]],
    ['Library id', hypervisor.libraryId],
    ['Library role', hypervisor.libraryRoleArn],
    ['Maintenance role', hypervisor.libraryMaintenanceRoleArn],
    ['KMS key', hypervisor.kmsKeyArn],
    ['Restore queue', hypervisor.queues?.restores],
    ['Work queue', hypervisor.queues?.work],
    ['Added', time(hypervisor.createdAt)],
  ]);
};
