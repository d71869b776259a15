import type { OrderId } from '../../contracts/ids.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TransferRef } from './place-orders.ts';

/** The order that joins what the orders of one transfer moved: maps of a recovery point, or sealed snapshots. */
export const finishOrder = (
  sha256: Sha256,
  {
    jobId,
    attempt,
    instanceId,
    recoveryPointId,
  }: Pick<TransferRef, 'jobId' | 'attempt' | 'instanceId' | 'recoveryPointId'>,
): OrderId => derivedId(sha256, 'ord', jobId, attempt, instanceId, recoveryPointId, 'finish');
