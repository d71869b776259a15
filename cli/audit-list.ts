import { type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { AuditPage } from '../core/contracts/audit.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { timeOption } from './read-audit.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

interface Options extends PagingOptions {
  readonly tenant?: string;
  readonly principal?: string;
  readonly since?: string;
  readonly until?: string;
}

export const addAuditList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('operators: what was done and what was refused, newest first')
    .option('--tenant <hypervisor id>', 'only what is about this tenant hypervisor')
    .option('--principal <text>', 'only who has this in the ARN')
    .addOption(new Option('--since <time>', 'not before').argParser(timeOption))
    .addOption(new Option('--until <time>', 'before').argParser(timeOption))
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast audit list --limit 50
  $ holdfast audit list --tenant hv-0199… --since 2026-01-31 --principal eve`,
    )
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { tenant, principal, since, until } = options;
      const page = await readPages(options, (query) =>
        api.call(operatorRoutes.listAuditEntries, {
          query: { ...query, tenant, principal, since, until },
          fields: { tenant: '--tenant', principal: '--principal', next: '--next', limit: '--limit' },
        }),
      );
      if (screen.json) return screen.value(page);
      screen.table(
        ['>entry', 'time', 'who', 'what', 'about', 'from', 'outcome'],
        page.items.map((item) => row(screen, item)),
      );
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};

const row = ({ colors }: Screen, item: AuditPage['items'][number]): readonly string[] => {
  if ('broken' in item)
    return [`${item.seq}`, '', '', colors.red('this is no entry: holdfast audit verify'), '', '', ''];
  const { seq, at, who, what, from, allowed, outcome, leftOut } = item;
  const also = leftOut === undefined ? '' : ` (and ${leftOut} like it before)`;
  return [
    `${seq}`,
    time(at),
    `${who.kind} ${withoutPlace(who.principal)}`,
    what.operation,
    [...new Set([...(what.tenantId ? [what.tenantId] : []), ...what.subjects])].slice(0, 3).join(' '),
    from.sourceIp ?? '',
    allowed ? outcome : colors.red(`refused: ${outcome}${also}`),
  ];
};

/** `arn:aws:sts::999999999999:assumed-role/operators/eve` → `999999999999 assumed-role/operators/eve` */
const withoutPlace = (principal: string): string => principal.replace(/^arn:[\w-]+:\w+::(\d{12}):/, '$1 ');
