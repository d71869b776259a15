/** `holdfast-node`: runs the access node of this machine, says how it is, lets it drain. Errors end with 1, wrong words with 2. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CommandFailed, defaultStateFolder } from './command/ask-node.ts';
import { drain } from './command/drain.ts';
import { health } from './command/health.ts';
import { NODE_VERSION } from './version.ts';

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
    return number;
  };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stateFolder = () =>
  new Option('--state-folder <folder>', 'where the node leaves its port and token').default(
    defaultStateFolder(process.env, process.platform),
  );
const finish = async (code: Promise<number>): Promise<void> => {
  process.exitCode = await code;
};

const program = new Command('holdfast-node')
  .description('An access node of Holdfast: takes orders from its queues and moves blocks.')
  .version(NODE_VERSION, '--version', 'print the version')
  .exitOverride()
  .showHelpAfterError('(holdfast-node --help shows what there is)');

program
  .command('run')
  .description('run the node until it is stopped or drained; its settings come from the environment')
  .addHelpText(
    'after',
    `
SIGTERM and SIGINT: it takes no more orders, finishes those that run within HOLDFAST_GRACE_SECONDS, and ends with 0.
The second one ends it at once; its orders go back to their queue. A wrong setting ends it with 2.`,
  )
  .action(async () => void (await import('./main.ts')));

program
  .command('health')
  .description('how the node of this machine is: exit code 0 if it is healthy, 1 if not or if there is none')
  .addOption(stateFolder())
  .option('--port <port>', 'asks at this port of 127.0.0.1 rather than by the state folder', whole(1, 65_535))
  .option('--wait <seconds>', 'waits so long for a healthy node', whole(0, 86_400))
  .option('--json', 'prints all that the node says')
  .action((options) => finish(health(options, say)));

program
  .command('drain')
  .description('the node of this machine takes no more orders, finishes those that it has, however long, and ends')
  .addOption(stateFolder())
  .option('--now', 'it ends within seconds; its orders go back to their queue')
  .option('--no-wait', 'does not wait until it has ended')
  .action((options) => finish(drain(options, say)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof CommandFailed) {
    process.stderr.write(`holdfast-node: ${error.message}\n`);
    process.exitCode = 1;
  } else throw error;
}
