import { BrokerRequest } from '../core/contracts/orders.ts';
import { createClaimOrder } from '../core/steps/broker/claim-order.ts';
import { createCompleteOrder } from '../core/steps/broker/complete-order.ts';
import { createHeartbeatOrder } from '../core/steps/broker/heartbeat-order.ts';
import { createHeartbeatNode, createLeaveNode, createRegisterNode } from '../core/steps/broker/node-presence.ts';
import { createNoteCondemned } from '../core/steps/broker/note-condemned.ts';
import { createRaiseFences } from '../core/steps/broker/raise-fences.ts';
import { createReleaseOrder } from '../core/steps/broker/release-order.ts';
import { wireBroker } from './wiring/broker.ts';

const deps = wireBroker(process.env);
const claimOrder = createClaimOrder(deps);
const heartbeatOrder = createHeartbeatOrder(deps);
const completeOrder = createCompleteOrder(deps);
const releaseOrder = createReleaseOrder(deps);
const noteCondemned = createNoteCondemned(deps);
const raiseFences = createRaiseFences(deps);
const registerNode = createRegisterNode(deps);
const heartbeatNode = createHeartbeatNode(deps);
const leaveNode = createLeaveNode(deps);

export const handler = async (event: unknown) => {
  const request = BrokerRequest.parse(event);
  switch (request.operation) {
    case 'claimOrder':
      return claimOrder(request);
    case 'heartbeatOrder':
      return heartbeatOrder(request);
    case 'completeOrder':
      return completeOrder(request);
    case 'releaseOrder':
      return releaseOrder(request);
    case 'noteCondemned':
      return noteCondemned(request);
    case 'raiseFences':
      return raiseFences(request);
    case 'registerNode':
      return registerNode(request);
    case 'heartbeatNode':
      return heartbeatNode(request);
    case 'leaveNode':
      return leaveNode(request);
  }
};
