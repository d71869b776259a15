/**
 * Asked twice, done once: what a request with an Idempotency-Key makes gets an id that is derived from the key, so the
 * second time it is found. Its record keeps a hash of the request: another request under the same key is refused.
 */
import { derivedId } from '../../domain/derived-id.ts';
import { Conflict } from '../../domain/errors.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';

/** Who asks, and how. */
export interface Asked {
  /** ARN of the principal. */
  readonly requestedBy: string;
  readonly idempotencyKey?: string;
}

interface Deps {
  readonly ids: Ids;
  readonly sha256: Sha256;
}

/** `owner`: the tenant (or service) hypervisor, or `operator`; `route`: what is asked for, one name a route. */
export const newId = ({ ids, sha256 }: Deps, prefix: string, owner: string, route: string, asked: Asked): string =>
  asked.idempotencyKey === undefined
    ? `${prefix}-${ids.uuid()}`
    : derivedId(sha256, prefix, owner, route, asked.idempotencyKey);

/** Of the parsed body, so that spacing and left-out defaults do not count. To be kept with what is made. */
export const requestHash = (sha256: Sha256, asked: Asked, body: unknown): { readonly requestHash?: string } =>
  asked.idempotencyKey === undefined ? {} : { requestHash: sha256(JSON.stringify(body)) };

/** Whether what is there was made by this very request. Errors: Conflict. */
export const checkSameRequest = (
  there: { readonly requestHash?: string } | undefined,
  hash: { readonly requestHash?: string },
): void => {
  if (there?.requestHash !== undefined && there.requestHash === hash.requestHash) return;
  throw new Conflict('The Idempotency-Key was used before, with another request.', {
    field: 'Idempotency-Key',
    remedy: 'Use a fresh key for each new request.',
  });
};
