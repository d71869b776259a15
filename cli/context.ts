/** What every command needs: the API as this user, and a screen. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { usageError } from './cli-error.ts';
import { type Screen, screenOf } from './screen.ts';
import type { Signer } from './signed-request.ts';

export interface Context {
  readonly api: ApiClient;
  readonly screen: Screen;
}

const apiUrl = (given: string | undefined): URL => {
  const text = given ?? process.env.HOLDFAST_API_URL;
  if (!text) {
    throw usageError('The address of the Holdfast API is not known.', {
      field: '--api-url',
      remedy: 'Set HOLDFAST_API_URL, or give --api-url https://…',
    });
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw usageError(`"${text}" is no http(s) address.`, { field: '--api-url' });
};

/** Of the address, if it is API Gateway's own: a request signed for another region is refused. */
const signingRegion = (url: URL): string => {
  const own = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(url.hostname)?.[1];
  const region = own ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region) return region;
  throw usageError('The AWS region of the API is not known.', { field: 'AWS_REGION', remedy: 'Set AWS_REGION.' });
};

/** Loads what finds credentials when a request is sent: a help or a wrong option has no need of it. */
const credentialsIn = (region: string, profile?: string): Signer['credentials'] => {
  let found: Promise<Signer['credentials']> | undefined;
  return async (how) => {
    found ??= import('../adapters/aws/cli-credentials.ts').then(({ cliCredentials }) =>
      cliCredentials(region, profile),
    );
    return (await found)(how);
  };
};

/** Where the API is, and what signs for it. `profile` absent: as the environment says. Errors: CliError. */
export const openSigner = (command: Command, profile?: string): Signer => {
  const url = apiUrl(command.optsWithGlobals<{ apiUrl?: string }>().apiUrl);
  const region = signingRegion(url);
  return { url, region, credentials: credentialsIn(region, profile) };
};

export const openContext = (command: Command): Context => {
  const { idempotencyKey } = command.optsWithGlobals<{ idempotencyKey?: string }>();
  const api = createApiClient({ ...openSigner(command), idempotencyKey });
  return { api, screen: screenOf(command) };
};

type OperatorTenantRoutes = typeof operatorTenantRoutes;

/** A route that only operators have, for the tenant that they name. */
export const onNamedTenant = <Name extends keyof OperatorTenantRoutes>(name: Name, tenant: string) => {
  const route = operatorTenantRoutes[name];
  return {
    route: { ...route, path: `${operatorTenantPrefix}${route.path}` },
    params: { hypervisorId: tenant },
  };
};

/** The same route for the caller's own account, or for a tenant that an operator names. */
export const onTenant = <Name extends keyof OperatorTenantRoutes & keyof typeof tenantRoutes>(
  name: Name,
  tenant: string | undefined,
) => {
  if (tenant !== undefined) return onNamedTenant(name, tenant);
  // typed as the operators' route, of which the tenant's shows and takes a part
  const route = tenantRoutes[name] as unknown as OperatorTenantRoutes[Name];
  return { route, params: {} };
};

export const TENANT_OPTION = [
  '--tenant <hypervisor id>',
  'operators: do it for this tenant hypervisor, instead of for your own account',
] as const;

export const SERVICE_OPTION = ['--service <hypervisor id>', 'operators: of this service hypervisor'] as const;

/** Of every command that makes or begins something. */
export const idempotencyOption = (): Option =>
  new Option(
    '--idempotency-key <key>',
    'the same key and command again does nothing again (default: random)',
  ).argParser((key: string) => {
    if (/^[\w.:-]{1,128}$/.test(key)) return key;
    throw new InvalidArgumentError('It must have 1 to 128 letters, digits and . : _ - only.');
  });

/** How the same command is continued by hand. */
export const tenantFlag = (tenant: string | undefined): string => (tenant === undefined ? '' : ` --tenant ${tenant}`);
