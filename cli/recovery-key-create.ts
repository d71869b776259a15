import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { createRecoveryKeyPair } from '../library/recovery-key.ts';
import { screenOf } from './screen.ts';

export const addRecoveryKeyCreate = (group: Command): void => {
  group
    .command('create')
    .description('make a recovery key, here and now: nothing is sent or stored')
    .addHelpText(
      'after',
      `
The private key opens every library that was set up with its public key, without AWS. It is shown once.

Example:
  $ holdfast recovery-key create`,
    )
    .action((_: unknown, command: Command) => {
      const screen = screenOf(command);
      const pair = createRecoveryKeyPair((length) => randomBytes(length));
      if (screen.json) return screen.value(pair);
      const { bold, dim, yellow } = screen.colors;
      screen.line(bold('Private key'));
      screen.line(`  ${yellow(pair.privateKey)}`);
      screen.line(dim('  Print it and keep it offline. It is shown once, and kept nowhere: lost is lost.'));
      screen.line();
      screen.line(bold('Public key'));
      screen.line(`  ${pair.publicKey}`);
      screen.line(dim('  For: holdfast hypervisor add service --recovery-public-key …'));
    });
};
