import type { Command } from 'commander';
import { operatorRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addOpenapi = (program: Command): void => {
  program
    .command('openapi')
    .description('print the OpenAPI document of the API')
    .option('--operator', 'of the operators’ routes')
    .addHelpText('after', '\nExample:\n  $ holdfast openapi > openapi.json')
    .action(async ({ operator }: { readonly operator?: boolean }, command: Command) => {
      const { api, screen } = openContext(command);
      screen.value(await api.call(operator ? operatorRoutes.getOperatorOpenApi : tenantRoutes.getOpenApi));
    });
};
