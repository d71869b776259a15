import { closeSync, openSync, writeSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { AuditAnchor } from '../core/contracts/audit.ts';
import { writtenAnchor } from '../core/domain/audit-chain.ts';
import { usageError } from './cli-error.ts';
import { openContext } from './context.ts';
import { printableJson } from './printable.ts';
import { allAnchors, allEntries, entryCount, timeOption } from './read-audit.ts';

interface Options {
  readonly output?: string;
  readonly since?: string;
  readonly until?: string;
}

export const addAuditExport = (group: Command): void => {
  group
    .command('export')
    .description('operators: the audit log as lines of JSON, oldest first, with what verifies it')
    .option('--output <file>', 'write it there (default: print it)')
    .addOption(new Option('--since <time>', 'not before').argParser(timeOption))
    .addOption(new Option('--until <time>', 'before').argParser(timeOption))
    .addHelpText(
      'after',
      `
After the entries come the anchors, then the head: { "anchor": … }, { "head": … }.

Example:
  $ holdfast audit export --output audit.ndjson && holdfast audit verify audit.ndjson`,
    )
    .action(async ({ output, since, until }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const file = output === undefined ? undefined : openOutput(output);
      const write = (value: unknown): void => {
        // escaped, not replaced: a replaced character would be another entry
        const line = printableJson(value, 0);
        if (file === undefined) screen.line(line);
        else writeSync(file, `${line}\n`);
      };
      let [first, entries]: [number | undefined, number] = [undefined, 0];
      let head: AuditAnchor | undefined;
      try {
        const anchors = await allAnchors(api);
        for await (const entry of allEntries(api, { since, until })) {
          write(entry);
          entries += 1;
          first ??= entry.seq;
          if (!('broken' in entry)) head = { seq: entry.seq, hash: entry.hash };
        }
        const [from, to] = [first ?? 0, head?.seq ?? 0];
        for (const anchor of anchors) if (anchor.seq >= from && anchor.seq <= to) write({ anchor });
        if (head) write({ head });
      } finally {
        if (file !== undefined) closeSync(file);
      }
      screen.note(`${entryCount(entries)}.${head ? ` Head: ${writtenAnchor(head)}` : ''}`);
    });
};

const openOutput = (path: string): number => {
  try {
    return openSync(path, 'w', 0o600);
  } catch (cause) {
    throw usageError(`${path} cannot be written: ${(cause as Error).message}`, { field: '--output', cause });
  }
};
