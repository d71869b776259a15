import { z } from 'zod';
import { InvalidRequest, TransientFailure } from '../../core/domain/errors.ts';
import type { OrderWorkArea } from '../../core/ports/node-control.ts';

const ResultKeys = z.object({ resultKeys: z.record(z.string(), z.string()) });

/** Where the results of an order's predecessors are, by order id: `<document>.results.json`, written when it is sent. */
export const readResultKeys = async (
  workArea: OrderWorkArea,
  documentKey: string,
): Promise<Readonly<Record<string, string>>> => {
  const key = `${documentKey}.results.json`;
  const value = await workArea.getJson(key);
  if (value === undefined) throw new TransientFailure(`${key} is not in the work area`);
  return ResultKeys.parse(value).resultKeys;
};

export const keyOfResult = (resultKeys: Readonly<Record<string, string>>, orderId: string): string => {
  const key = Object.hasOwn(resultKeys, orderId) ? resultKeys[orderId] : undefined;
  if (key === undefined) throw new InvalidRequest(`no result is named for order ${orderId}`);
  return key;
};
