import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';

type State = keyof typeof texts.hypervisors.states;

const KINDS: Readonly<Record<State, StatusIndicatorProps.Type>> = {
  ready: 'success',
  bound: 'success',
  preparing: 'pending',
  removing: 'in-progress',
  revoked: 'stopped',
  unbound: 'warning',
};

const stateOf = ({ kind, state, removing, revoked, boundTo }: HypervisorView): State => {
  if (kind === 'service') return state ?? 'ready';
  if (removing) return 'removing';
  if (revoked) return 'revoked';
  return boundTo === undefined ? 'unbound' : 'bound';
};

/** What matters most of it: whether jobs can run. */
export const HypervisorState = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const state = stateOf(hypervisor);
  return <StatusIndicator type={KINDS[state]}>{texts.hypervisors.states[state]}</StatusIndicator>;
};
