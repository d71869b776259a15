/** What each step takes and answers, from its handler's and its own source: the names of schemas in core/contracts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import * as libraryRuns from '../../core/contracts/library-runs.ts';
import * as restoreSteps from '../../core/contracts/restore-steps.ts';
import * as steps from '../../core/contracts/steps.ts';
import { objectOf, type Shape, shapeOf, VALUE } from './shapes.ts';

const PROJECT = join(import.meta.dirname, '../..');

const schemas = Object.fromEntries(
  Object.entries({ ...steps, ...restoreSteps, ...libraryRuns }).filter(([, each]) => each instanceof z.ZodType),
) as Readonly<Record<string, z.ZodType>>;

/** A schema's name, `void`, or fields written out: `{ readonly failed: string }`. */
const named = (name: string, where: string): Shape => {
  if (name === 'void' || name === 'Record<string, never>') return VALUE;
  const fields = /^\{ (readonly \w+: \w+;? )+\}$/.test(name) ? [...name.matchAll(/readonly (\w+):/g)] : [];
  if (fields.length > 0) return objectOf(Object.fromEntries(fields.map(([, field]) => [field, VALUE])));
  const schema = schemas[name];
  if (!schema) throw new Error(`${where}: core/contracts has no schema ${name}`);
  return shapeOf(schema);
};

export interface StepContract {
  readonly input: Shape;
  readonly output: Shape;
}

/** Of `OpenBackup`, as a machine names it: `#{OpenBackupLambdaFunction.Arn}`. Errors: it says nothing that can be read. */
export const stepContract = (name: string): StepContract => {
  const file = `functions/${name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.ts`;
  if (!existsSync(join(PROJECT, file))) throw new Error(`there is no ${file}`);
  const handler = readFileSync(join(PROJECT, file), 'utf8');
  const [, input] = /(\w+)\.parse\(event\)/.exec(handler) ?? [];
  const [, factory, path] = /import \{ (create\w+) \} from '\.\.\/(core\/steps\/[^']+)'/.exec(handler) ?? [];
  if (!input || !factory || !path) throw new Error(`${file} does not parse its event and call one step`);
  const source = readFileSync(join(PROJECT, path), 'utf8');
  const [, output] =
    /\n +(?:return )?async \([\s\S]*?\): Promise<(.+?)> =>/.exec(source.slice(source.indexOf(`const ${factory} `))) ??
    [];
  if (!output) throw new Error(`${path} does not say what ${factory} answers`);
  return { input: named(input, file), output: named(output, path) };
};

/** What each machine is started with; those that only another machine starts have it from there, too. */
export const MACHINE_INPUTS: Readonly<Record<string, Shape>> = {
  backup: shapeOf(steps.JobInput),
  snapshot: shapeOf(steps.JobInput),
  'backup-copy': shapeOf(steps.JobInput),
  restore: shapeOf(steps.JobInput),
  transfer: shapeOf(steps.TransferInput),
  snapshots: shapeOf(steps.LockedInstance),
  'clean-up': shapeOf(steps.AttemptRef),
  'library-run': shapeOf(libraryRuns.LibraryRunRef),
};
