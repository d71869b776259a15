import type { OrderId } from '../../contracts/ids.ts';
import type { OrderWork } from '../../contracts/order-work.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { attemptPrefix } from '../../domain/work-keys.ts';
import type { Sha256 } from '../../ports/control.ts';

/** The one order of a library run's pass; an order's session reaches this pass's part of the work area only. */
export const libraryOrder = (
  sha256: Sha256,
  runId: string,
  pass: number,
): { readonly orderId: OrderId; readonly documentKey: string; readonly resultPrefix: string } => {
  const root = attemptPrefix(runId, pass);
  return {
    orderId: derivedId(sha256, 'ord', runId, pass),
    documentKey: `${root}order.json`,
    resultPrefix: `${root}results/`,
  };
};

/** Kept with the run: the document is in the work area, where nodes are at home too. */
export const documentHash = (sha256: Sha256, document: OrderWork): string => sha256(JSON.stringify(document));
