import type { Command } from 'commander';
import type { RecoveryPointView } from '../core/contracts/api.ts';
import { onTenant, openContext, TENANT_OPTION, tenantFlag } from './context.ts';
import { bytes, count, time } from './units.ts';

const because = (words: string, reason: string | undefined): string => (reason ? `${words} (${reason})` : words);

const consistencyWords = ({ consistency }: RecoveryPointView): string | undefined =>
  consistency && because(`${consistency.kind}-consistent`, consistency.reason);

const regionWords = ({ regionCopy }: RecoveryPointView): string | undefined =>
  regionCopy && because(`${regionCopy.region}, ${regionCopy.state}`, regionCopy.reason);

/** Snapshots are EBS's to keep whole: only what is in the library is read back. */
const verifiedWords = ({ kind, verifiedAt, verified }: RecoveryPointView): string | undefined => {
  if (!verifiedAt) return kind === 'snapshot' ? undefined : 'not yet';
  if (!verified) return time(verifiedAt);
  return `${time(verifiedAt)}, ${verified.depth === 'full' ? 'all' : 'a sample of'} ${count(verified.blocks, 'block')}`;
};

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
        ['Verified', verifiedWords(point)],
        ['Consistent', consistencyWords(point)],
        ['Copy of', point.copyOf],
        ['Copied to', point.copiedTo],
        ['In another region', regionWords(point)],
        ['Locked until', point.lockedUntil && time(point.lockedUntil)],
        ['Legal hold', point.legalHold && `since ${time(point.legalHold.since)}: ${point.legalHold.reason}`],
        ['Expired', point.expiredAt && time(point.expiredAt)],
        ['Plan', point.planId],
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
