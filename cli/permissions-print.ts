import { Argument, type Command } from 'commander';
import { screenOf } from './context.ts';
import { permissionSides, permissionsOf } from './permission-documents.ts';

export const addPermissionsPrint = (group: Command): void => {
  group
    .command('print')
    .description('print the JSON permissions that an account has to grant; nothing is sent')
    .addArgument(new Argument('[side]', 'whose').choices(permissionSides()).default('tenant'))
    .addHelpText('after', '\nExample:\n  $ holdfast permissions print tenant > holdfast-policy.json')
    .action((side: string, _: unknown, command: Command) => {
      screenOf(command).line(permissionsOf(side).trimEnd());
    });
};
