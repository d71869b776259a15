/** The command as a whole: what all commands have, and how it ends. The commands themselves are in commands.ts. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addVerbs, NOUNS } from './commands.ts';
import { addCompletion } from './completion.ts';
import { addConsole } from './console.ts';
import { EXIT, EXIT_HELP } from './exit-codes.ts';
import { groupExamples } from './group-examples.ts';
import { addHealth } from './health.ts';
import { addOpenapi } from './openapi.ts';
import { printable } from './printable.ts';

const versionOf = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** What is set here before the commands are added holds for them too. */
export const createProgram = (): Command => {
  const program = new Command('holdfast')
    .description('Data protection for Amazon EC2, run by one AWS account on behalf of many others.')
    .option('--api-url <url>', 'the Holdfast API (default: HOLDFAST_API_URL)')
    .option('--json', 'answers as JSON, for scripts')
    .version(versionOf(), '--version', 'the version of holdfast')
    .helpOption('-h, --help', 'what there is, with an example')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('Add --help to see how.')
    .addHelpText(
      'after',
      `
Signs with your AWS credentials: AWS_PROFILE, AWS_ACCESS_KEY_ID, …; region from AWS_REGION.
Tenants work on their own account; operators name a tenant with --tenant.

${EXIT_HELP}

Example:
  $ holdfast backup start i-0123456789abcdef0 --wait`,
    );
  for (const [noun, { about }] of Object.entries(NOUNS)) {
    const group = program.command(noun).description(about).helpCommand(false);
    group.addHelpText('after', () => groupExamples(group));
  }
  // its arguments are what is left by the program's own options: the noun, then the verb
  program.hook('preSubcommand', (_, noun) => addVerbs(noun, program.args[1]));
  addHealth(program);
  addConsole(program);
  addOpenapi(program);
  addCompletion(program);
  return program;
};

/** Answers the exit code. `args` are what follows the command's own name. */
export const run = async (args: readonly string[] = process.argv.slice(2)): Promise<number> => {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // commander has said what is wrong; --help and --version end with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CliError)) {
      const fault = 'Error: a fault of holdfast itself. Please report it with what follows.';
      process.stderr.write(`${printable(`${fault} ${inspect(error)}`, { colored: false })}\n`);
      return EXIT.bug;
    }
    const screen = (await import('./screen.ts')).screenOf(program);
    const { showWaiting, WaitsForApproval } = await import('./waits-for-approval.ts');
    if (error instanceof WaitsForApproval) showWaiting(screen, error);
    else if (error.message) screen.error(error);
    return error.exitCode;
  }
};
