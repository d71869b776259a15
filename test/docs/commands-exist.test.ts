import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { allCommands } from '../cli/all-commands.ts';
import { blockLines, inlineCode, PROJECT, readPages } from './markdown.ts';
import { holdfastWords, problemsOf, shellCommands } from './printed-commands.ts';

const program = await allCommands();
const pages = readPages();
const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Every command in a block, and what of holdfast stands between backticks. */
const printed = pages.flatMap((page) => [
  ...blockLines(page).map((found) => ({ ...found, path: page.path, sketch: false })),
  ...inlineCode(page).map((found) => ({ ...found, path: page.path, sketch: true })),
]);

const isNoun = (word: string | undefined): boolean => program.commands.some((each) => each.name() === word);

/** `plan change --pause` between backticks is a command as well as `holdfast plan change --pause`. */
const ofHoldfast = (words: readonly string[], sketch: boolean): readonly string[] | undefined =>
  holdfastWords(words) ?? (sketch && isNoun(words[0]) && /^[a-z][a-z-]+$/.test(words[1] ?? '') ? words : undefined);

/** The text of what a script runs: its file, or all files beside its main.ts. */
const sourcesOf = (script: string): string => {
  const file = scripts[script]?.match(/^node (\S+\.ts)/)?.[1];
  if (!file) return scripts[script] ?? '';
  const folder = join(PROJECT, dirname(file));
  const files = file.endsWith('main.ts')
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    : [join(PROJECT, file), ...[file.replace(/\.ts$/, '')].map((name) => join(PROJECT, name))];
  const all = files.flatMap((name) => {
    const found = statSync(name, { throwIfNoEntry: false });
    if (found?.isDirectory()) return readdirSync(name).map((each) => join(name, each));
    return found ? [name] : [];
  });
  return all
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');
};

describe('commands that the docs print', () => {
  it('of holdfast exist, with those options and arguments', () => {
    let looked = 0;
    const wrong = printed.flatMap(({ path, line, text, sketch }) =>
      shellCommands(text).flatMap((words) => {
        const ours = ofHoldfast(words, sketch);
        if (!ours || ours.length === 0) return [];
        looked += 1;
        return problemsOf(program, ours, sketch).map((problem) => `${path}:${line}: ${problem}`);
      }),
    );
    assert.deepEqual(wrong, []);
    assert.ok(looked > 200, `only ${looked} commands were found: are the pages read?`);
  });

  it('of npm are scripts of package.json, which know the options', () => {
    const found = printed.flatMap(({ path, line, text }) =>
      [...text.matchAll(/npm (?:run (?:-s )?)([a-z][a-z:-]*)([^`#|&]*)/g)].map((match) => ({
        at: `${path}:${line}`,
        script: match[1] ?? '',
        options: [...(match[2] ?? '').matchAll(/(?<= )--([a-z][a-z-]+)/g)].map((option) => option[1] ?? ''),
      })),
    );
    assert.ok(found.length > 50, `only ${found.length} scripts were found: are the pages read?`);
    const wrong = found.flatMap(({ at, script, options }) => {
      if (!scripts[script]) return [`${at}: npm run ${script} is no script`];
      if (script === 'holdfast') return [];
      const source = sourcesOf(script);
      return options
        .filter((option) => option !== 'help' && !new RegExp(`['"\\s.{-]${option}['"\\s:.]`).test(source))
        .map((option) => `${at}: npm run ${script} does not know --${option}`);
    });
    assert.deepEqual(wrong, []);
  });
});

describe('a command on a page', () => {
  const problems = (line: string, sketch?: boolean) =>
    shellCommands(line).flatMap((words) => problemsOf(program, holdfastWords(words) ?? assert.fail(line), sketch));

  it('that is right is left in peace', () => {
    for (const line of [
      '$ holdfast job show job-1 --tenant hv-1    # the state',
      "holdfast plan add nightly --schedule 'cron(0 2 * * ? *)' --keep-days 30",
      'holdfast hypervisor access-template --account 444444444444 --region eu-west-1 > access.json',
      'holdfast hypervisor add service …',
      'npm run -s holdfast -- restore start rp-1 --wait --json',
      'holdfast --help',
    ])
      assert.deepEqual(problems(line), [], line);
  });

  it('that is wrong is named', () => {
    assert.match(problems('holdfast job stop job-1').join(), /no command holdfast job stop/);
    assert.match(problems('holdfast jobs list').join(), /no command holdfast jobs/);
    assert.match(problems('holdfast job show job-1 --tennant hv-1').join(), /job show has no option --tennant/);
    assert.match(problems('holdfast job show').join(), /job show lacks/);
    assert.match(problems('holdfast job show job-1 job-2').join(), /takes 1 argument/);
    assert.match(problems('holdfast job show job-1 --tenant').join(), /--tenant lacks its value/);
    assert.match(
      problems('holdfast hypervisor add both --name x --account 1 --auth iam-role').join(),
      /service, tenant/,
    );
    assert.match(problems('holdfast hypervisor add service --name x --account 1').join(), /lacks --auth/);
    assert.match(problems('holdfast hypervisor add service --auth magic', true).join(), /--auth is one of/);
  });
});
