/** What every command needs: the API as this user, and a screen. */
import type { Command } from 'commander';
import { cliCredentials } from '../adapters/aws/cli-credentials.ts';
import { operatorTenantPrefix, operatorTenantRoutes } from '../core/contracts/api.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { usageError } from './cli-error.ts';
import { createScreen, type Screen } from './screen.ts';

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

export const screenOf = (command: Command): Screen =>
  createScreen({ json: command.optsWithGlobals<{ json?: boolean }>().json === true });

export const openContext = (command: Command): Context => {
  const url = apiUrl(command.optsWithGlobals<{ apiUrl?: string }>().apiUrl);
  const region = signingRegion(url);
  return { api: createApiClient({ url, region, credentials: cliCredentials(region) }), screen: screenOf(command) };
};

/** The same route for the caller's own account, or for a tenant that an operator names. */
export const onTenant = <Name extends keyof typeof operatorTenantRoutes>(name: Name, tenant: string | undefined) => {
  const route = operatorTenantRoutes[name];
  if (tenant === undefined) return { route, params: {} };
  return {
    route: { ...route, path: `${operatorTenantPrefix}${route.path}` },
    params: { hypervisorId: tenant },
  };
};

export const TENANT_OPTION = [
  '--tenant <hypervisor id>',
  'operators: do it for this tenant hypervisor, instead of for your own account',
] as const;

/** How the same command is continued by hand. */
export const tenantFlag = (tenant: string | undefined): string => (tenant === undefined ? '' : ` --tenant ${tenant}`);
