import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { createProgram } from '../../cli/program.ts';
import { acme, job } from '../api/world-records.ts';
import { allCommands } from './all-commands.ts';
import { credentialsOf, startApiServer } from './api-server.ts';
import { cliAgainst, runCli } from './run-cli.ts';

test('a refusal shows its name, what happened, the field and what to do, and ends with 3', async (t) => {
  const api = await startApiServer(t);
  const { code, out, err } = await cliAgainst(api)(['job', 'list', '--limit', '1000']);
  assert.deepEqual([code, out], [3, '']);
  assert.equal(
    err,
    [
      'Error: InvalidRequest',
      '  limit must be at most 100.',
      '  Field:      limit',
      '  What to do: Correct it and send the request again.',
      '',
    ].join('\n'),
  );
});

test('with --json a refusal is the API’s own problem', async (t) => {
  const api = await startApiServer(t);
  const { code, err } = await cliAgainst(api)(['job', 'show', job(9, acme).jobId, '--json']);
  assert.equal(code, 3);
  assert.deepEqual([JSON.parse(err).code, JSON.parse(err).status], ['NotFound', 404]);
});

test('no answer ends with 4, and says where it was looked for', async () => {
  const { code, err } = await runCli(['job', 'list'], {
    env: { HOLDFAST_API_URL: 'http://127.0.0.1:1/dev', AWS_REGION: 'eu-central-1', ...credentialsOf('111111111111') },
  });
  assert.equal(code, 4);
  assert.match(
    err,
    /Error: Unreachable\n {2}No answer from http:\/\/127\.0\.0\.1:1: .+\n {2}What to do: Check --api-url/,
  );
});

test('an answer that is not the API’s ends with 4', async (t) => {
  const api = await startApiServer(t);
  api.interfere = () => ({ status: 502, body: '<html>Bad gateway</html>' });
  const { code, err } = await cliAgainst(api)(['job', 'list']);
  assert.equal(code, 4);
  assert.match(err, /answered 502, and not as the Holdfast API does/);
});

test('whatever is in a query is signed as it is sent', async (t) => {
  const api = await startApiServer(t);
  const { code, err } = await cliAgainst(api)(['job', 'list', '--next', "a b+c*(d)'!~é&=/"]);
  assert.equal(code, 3);
  assert.match(err, /next is not a cursor of this list/);
});

test('what is no id of that kind is not even sent', async (t) => {
  const api = await startApiServer(t);
  for (const id of ['..', 'rp-0199aaaa-0000', '']) {
    const { code, err } = await cliAgainst(api)(['job', 'show', id]);
    assert.equal(code, 2);
    assert.match(err, /must be an id that starts with job-/);
  }
  assert.deepEqual(api.seen, []);
});

test('a wrong key is refused by API Gateway; what to look at is said', async (t) => {
  const api = await startApiServer(t);
  const { code, err } = await cliAgainst(api)(['job', 'list'], { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } });
  assert.equal(code, 3);
  assert.match(err, /AccessDenied[\s\S]*signature[\s\S]*aws sts get-caller-identity/);
});

test('what is missing is named, and ends with 2', async () => {
  const address = { HOLDFAST_API_URL: 'http://127.0.0.1:1/dev' };
  const results = await Promise.all([
    runCli(['job', 'list']),
    runCli(['job', 'list'], { env: address }),
    runCli(['job', 'list'], { env: { ...address, AWS_REGION: 'eu-central-1' } }),
    runCli(['job', 'list', '--api-url', 'nonsense']),
    runCli(['job', 'lisst']),
  ]);
  const words = [/HOLDFAST_API_URL/, /AWS_REGION/, /AWS_PROFILE/, /no http\(s\) address/, /unknown command[\s\S]*list/];
  results.forEach(({ code, err }, i) => {
    assert.match(err, words[i] ?? /^$/);
    assert.equal(code, 2, err);
  });
});

/** Every command with its whole name, and what it writes, in this process. */
const commandsOf = (command: Command, name: string): [string, Command][] =>
  command.commands.length === 0
    ? [[name, command]]
    : command.commands.flatMap((child) => commandsOf(child, `${name} ${child.name()}`));

const wrote = (command: Command, act: () => void): string => {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  command.configureOutput({ writeOut: write, writeErr: write });
  act();
  return text;
};

test('wrong options are named', async () => {
  const wrong: [string[], RegExp][] = [
    [['job', 'list', '--nonsense'], /unknown option '--nonsense'[\s\S]*--help/],
    [['job', 'list', '--limit', 'many'], /whole number/],
    [['restore', 'start'], /missing required argument 'recovery point'/],
    [
      ['hypervisor', 'add', 'guest', '--name', 'x', '--account', '1', '--auth', 'iam-role'],
      /Allowed choices are service, tenant/,
    ],
    [['hypervisor', 'add', 'tenant', '--name', 'x'], /required option '--account/],
    [['job'], /Usage: holdfast job/],
  ];
  for (const [args, words] of wrong) {
    const program = createProgram();
    let text = '';
    const writeErr = (more: string) => {
      text += more;
    };
    // a verb is loaded as it is parsed, and writes where its noun does
    for (const noun of program.commands) noun.configureOutput({ writeErr });
    await assert.rejects(program.parseAsync(args, { from: 'user' }), CommanderError);
    assert.match(text, words);
  }
});

test('every group’s help has an example of each of its commands, and there is a version', async () => {
  const program = await allCommands();
  const groups = program.commands.filter(({ commands }) => commands.length > 0);
  assert.ok(groups.length >= 13, `${groups.length} groups`);
  for (const group of groups) {
    const help = wrote(group, () => group.outputHelp());
    for (const command of group.commands)
      assert.ok(help.includes(`  $ holdfast ${group.name()} ${command.name()}`), `${group.name()} ${command.name()}`);
  }
  const { code, out } = await runCli(['--version']);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual([code, out], [0, `${version}\n`]);
});

test('every command has help with an example', async () => {
  const { code, out } = await runCli(['--help']);
  assert.equal(code, 0);
  assert.match(out, /Exit codes:[\s\S]*4 {2}the API cannot be reached/);
  // what the shell asks at a Tab is for nobody to read
  const commands = commandsOf(await allCommands(), 'holdfast').filter(([name]) => name !== 'holdfast complete');
  assert.ok(commands.length >= 47, `${commands.length} commands`);
  for (const [name, command] of commands) {
    const help = wrote(command, () => command.outputHelp());
    assert.match(help, new RegExp(`Examples?:\\n  \\$ ${name}`), name);
    assert.match(help, /--api-url/);
  }
});
