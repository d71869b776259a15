import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { QuarantineView } from '../core/contracts/quarantine.ts';
import { openContext } from './context.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

export const addQuarantineShow = (group: Command): void => {
  group
    .command('show')
    .description('what it was to do, for whom, and which access nodes were lost with it')
    .argument('<id>', 'of the order or message')
    .addHelpText('after', '\nExample:\n  $ holdfast quarantine show ord-0199…')
    .action(async (quarantinedId: string, _: object, command: Command) => {
      const { api, screen } = openContext(command);
      const item = await api.call(operatorRoutes.getQuarantined, { params: { quarantinedId } });
      if (screen.json) return screen.value(item);
      if (item.kind === 'message') showMessage(screen, item);
      else showOrder(screen, item);
    });
};

type Of<Kind extends QuarantineView['kind']> = Extract<QuarantineView, { readonly kind: Kind }>;

const showMessage = (screen: Screen, item: Of<'message'>): void =>
  screen.fields([
    ['message', item.id],
    ['since', time(item.at)],
    ['what', 'it names no order, and was deleted'],
    ['service hypervisor', item.serviceId],
    ['access node', item.nodeId],
    ['size', `${item.bytes} bytes`],
    ['SHA-256', item.sha256],
    ['received', String(item.receiveCount)],
  ]);

const showOrder = (screen: Screen, item: Of<'order'>): void => {
  screen.fields([
    ['order', item.id],
    ['since', time(item.at)],
    ['what', item.work],
    ['tenant', item.tenantId],
    ['service hypervisor', item.serviceId],
    ['job', `${item.jobId}, attempt ${item.attempt}`],
    ['instance', item.instanceId],
    ['snapshots', item.snapshotIds.join(', ') || undefined],
    ['document', item.documentKey],
    ['error', item.error && `${item.error.name}: ${item.error.message}`],
  ]);
  screen.table(
    ['claim', 'access node', 'last heard of'],
    item.deaths.map(({ claim, nodeId, lastHeardAt }) => [String(claim), nodeId, time(lastHeardAt)]),
  );
};
