import { createHash } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';

/** What a request asks for, as a hash: the same client token with another request is refused. */
export const requestHash = (input: Readonly<Record<string, unknown>>): string => {
  const { ClientToken: _, DryRun: __, ...rest } = input;
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
};

/** The resource that an earlier call with this client token made, if any. */
export const madeBefore = <T extends { readonly clientToken?: string; readonly request?: string }>(
  resources: Iterable<T>,
  clientToken: string | undefined,
  request: string,
): T | undefined => {
  if (!clientToken) return undefined;
  for (const resource of resources) {
    if (resource.clientToken !== clientToken) continue;
    if (resource.request === request) return resource;
    const what = 'The request uses the same client token as a previous, but non-identical request.';
    throw new AwsError('IdempotentParameterMismatch', what);
  }
  return undefined;
};
