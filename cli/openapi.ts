import type { Command } from 'commander';

export const addOpenapi = (program: Command): void => {
  program
    .command('openapi')
    .description('print the OpenAPI document of the API')
    .option('--operator', 'of the operators’ routes')
    .addHelpText('after', '\nExample:\n  $ holdfast openapi > openapi.json')
    .action(async ({ operator }: { readonly operator?: boolean }, command: Command) => {
      // here, for this file is loaded with every command
      const { operatorRoutes, tenantRoutes } = await import('../core/contracts/api.ts');
      const { openContext } = await import('./context.ts');
      const { api, screen } = openContext(command);
      screen.value(await api.call(operator ? operatorRoutes.getOperatorOpenApi : tenantRoutes.getOpenApi));
    });
};
