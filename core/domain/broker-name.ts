import { HypervisorId } from '../contracts/ids.ts';

/** What nodes of a service hypervisor call: the function's ARN under an alias that is the hypervisor's id. */
export const brokerNameFor = (brokerFunctionArn: string, hypervisorId: HypervisorId): string =>
  `${brokerFunctionArn}:${hypervisorId}`;

/** Whose nodes called the function under this ARN; undefined if it was called by a name of nobody's. */
export const calledBy = (invokedFunctionArn: string): HypervisorId | undefined =>
  HypervisorId.safeParse(invokedFunctionArn.split(':')[7]).data;
