import { BrokerRequest } from '../../contracts/orders.ts';
import { readFromNewer } from '../../contracts/other-versions.ts';
import { admitCaller } from './admit-caller.ts';
import { type BrokerDeps, createClaimOrder } from './claim-order.ts';
import { createCompleteOrder } from './complete-order.ts';
import { createHeartbeatOrder } from './heartbeat-order.ts';
import { createHeartbeatNode, createLeaveNode, createRegisterNode } from './node-presence.ts';
import { createNoteCondemned } from './note-condemned.ts';
import { createQuarantineMessage } from './quarantine-message.ts';
import { createRaiseFences } from './raise-fences.ts';
import { createReleaseOrder } from './release-order.ts';

/**
 * The broker: whatever a node asks. `invokedFunctionArn`: by which of its names it was called, as Lambda says, and so by
 * whose nodes. What a newer node says besides is passed over. Errors: those of the steps, NotAllowed, ZodError.
 */
export const createAnswerNode = (deps: BrokerDeps) => {
  const claimOrder = createClaimOrder(deps);
  const heartbeatOrder = createHeartbeatOrder(deps);
  const completeOrder = createCompleteOrder(deps);
  const releaseOrder = createReleaseOrder(deps);
  const noteCondemned = createNoteCondemned(deps);
  const raiseFences = createRaiseFences(deps);
  const reportMessage = createQuarantineMessage(deps);
  const registerNode = createRegisterNode(deps);
  const heartbeatNode = createHeartbeatNode(deps);
  const leaveNode = createLeaveNode(deps);

  return async (event: unknown, invokedFunctionArn: string) => {
    const request = readFromNewer(BrokerRequest, event);
    const serviceId = admitCaller(invokedFunctionArn, request);
    switch (request.operation) {
      case 'claimOrder':
        return claimOrder(request, serviceId);
      case 'reportMessage':
        return reportMessage(request);
      case 'heartbeatOrder':
        return heartbeatOrder(request, serviceId);
      case 'completeOrder':
        return completeOrder(request, serviceId);
      case 'releaseOrder':
        return releaseOrder(request, serviceId);
      case 'noteCondemned':
        return noteCondemned(request, serviceId);
      case 'raiseFences':
        return raiseFences(request, serviceId);
      case 'registerNode':
        return registerNode(request);
      case 'heartbeatNode':
        return heartbeatNode(request);
      case 'leaveNode':
        return leaveNode(request);
    }
  };
};
