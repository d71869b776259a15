/** Errors as the API answers them: problem+json (RFC 9457), in an operator's and in a tenant's rendering. */

import type { Problem } from '../contracts/api.ts';
import type { JobId } from '../contracts/ids.ts';
import type { HoldfastError } from './errors.ts';
import { remedyFor } from './remedies.ts';
import { tenantErrorName, tenantMessageOf, withoutServiceSide } from './tenant-words.ts';

/** Who reads it. Of a tenant: what is its own, so that everything else can be taken out. */
export type Audience =
  | { readonly kind: 'operator' }
  | { readonly kind: 'tenant'; readonly accountId: string; readonly hypervisorId: string };

/** `RecoveryPointUnavailable` → `Recovery point unavailable`. */
const titleOf = (name: string): string => {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const typeOf = (name: string): string => `urn:holdfast:error:${name}`;

const stopped = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const asSentence = (text: string): string =>
  stopped(/^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

export const problemOf = (error: HoldfastError, audience: Audience, jobId?: JobId): Problem => {
  const forTenant = audience.kind === 'tenant';
  const name = forTenant ? tenantErrorName(error.name) : error.name;
  const detail = forTenant ? tenantMessageOf(error, audience) : error.message;
  // a remedy beside a tenantMessage was written for operators, as the message was
  const own = forTenant && error.tenantMessage !== undefined ? undefined : error.remedy;
  const remedy = own ?? remedyFor(error.name, audience.kind);
  return {
    type: typeOf(name),
    title: titleOf(name),
    status: error.status,
    code: name,
    // those of invalid requests may start with a field's name, which keeps its spelling
    detail: error.name === 'InvalidRequest' ? stopped(detail) : asSentence(detail),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(remedy === undefined ? {} : { remedy: asSentence(forTenant ? withoutServiceSide(remedy, audience) : remedy) }),
    ...(jobId === undefined ? {} : { jobId }),
  };
};

/** For what nobody foresaw: says nothing of the inside, names the request for whoever reads the log. */
export const unexpectedProblem = (requestId: string): Problem => ({
  type: typeOf('InternalError'),
  title: titleOf('InternalError'),
  status: 500,
  code: 'InternalError',
  detail: 'Something went wrong on our side. It has been recorded.',
  remedy: `Try again. If it stays, report the request ${requestId}.`,
});
