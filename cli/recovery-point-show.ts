import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION, tenantFlag } from './context.ts';
import { bytes, time } from './units.ts';

export const addRecoveryPointShow = (group: Command): void => {
  group
    .command('show')
    .description('one recovery point with its volumes')
    .argument('<recovery point>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast recovery-point show rp-0199…')
    .action(async (recoveryPointId: string, options: { readonly tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('getRecoveryPoint', options.tenant);
      const point = await api.call(route, { params: { ...params, recoveryPointId } });
      if (screen.json) return screen.value(point);
      screen.fields([
        ['Id', point.recoveryPointId],
        ['Instance', [point.instanceId, point.instanceName].filter(Boolean).join('  ')],
        ['Kind', point.kind],
        ['State', point.state],
        ['Taken', time(point.takenAt)],
        ['Verified', point.verifiedAt ? time(point.verifiedAt) : 'not yet'],
        ['Job', point.jobId],
      ]);
      screen.line();
      screen.table(
        ['volume', 'device', '>size', '>data', 'read as'],
        point.volumes.map((volume) => [
          volume.volumeId,
          volume.device,
          bytes(volume.sizeBytes),
          bytes(volume.dataBytes),
          volume.reason ? `${volume.level} (${volume.reason})` : volume.level,
        ]),
      );
      if (point.state === 'available')
        screen.line(`\nRestore it: holdfast restore start ${point.recoveryPointId}${tenantFlag(options.tenant)}`);
    });
};
