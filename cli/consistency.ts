/** How still applications hold while snapshots are taken. */
import { type Command, Option } from 'commander';
import { usageError } from './cli-error.ts';
import { given } from './options.ts';

export interface ConsistencyOptions {
  readonly applicationConsistent?: boolean;
  readonly crashConsistent?: boolean;
  readonly freeze?: string;
  readonly thaw?: string;
}

export const withConsistency = (command: Command): Command =>
  command
    .option('--application-consistent', 'have applications hold still while snapshots are taken (SSM; VSS on Windows)')
    .addOption(new Option('--crash-consistent', 'do not').conflicts('applicationConsistent'))
    .option('--freeze <command>', 'Linux: run this in the instance before; needs --thaw')
    .option('--thaw <command>', 'Linux: and this afterwards');

export const consistencyFields = { freeze: '--freeze', thaw: '--thaw' } as const;

/** Undefined: nothing was said about it. */
export const consistencyOf = ({ applicationConsistent, crashConsistent, freeze, thaw }: ConsistencyOptions) => {
  const commands = freeze !== undefined || thaw !== undefined;
  if (crashConsistent && commands) {
    throw usageError('A crash-consistent snapshot runs no commands.', {
      field: '--crash-consistent',
      remedy: 'Leave out --freeze and --thaw, or take --application-consistent.',
    });
  }
  // frozen for ever would be worse than crash-consistent
  if ((freeze === undefined) !== (thaw === undefined)) {
    throw usageError('--freeze and --thaw go together: what is stopped has to go on again.', {
      field: freeze === undefined ? '--freeze' : '--thaw',
    });
  }
  if (crashConsistent) return { kind: 'crash' } as const;
  if (applicationConsistent || commands) return { kind: 'application', ...given({ freeze, thaw }) } as const;
  return undefined;
};
