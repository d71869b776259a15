import type { Problem } from '../core/contracts/api.ts';
import { EXIT } from './exit-codes.ts';

/** What ends a command, as it is shown: a name, what happened, which field or option, what to do. */
export class CliError extends Error {
  override readonly name: string;
  readonly exitCode: number;
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  /** The API's own answer, for `--json`. */
  readonly problem: Problem | undefined;

  constructor(
    name: string,
    message: string,
    about: {
      readonly exitCode: number;
      readonly field?: string | undefined;
      readonly remedy?: string | undefined;
      readonly problem?: Problem;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: about.cause });
    this.name = name;
    this.exitCode = about.exitCode;
    this.field = about.field;
    this.remedy = about.remedy;
    this.problem = about.problem;
  }
}

export const usageError = (
  message: string,
  about: { field?: string | undefined; remedy?: string; cause?: unknown } = {},
) => new CliError('Usage', message, { exitCode: EXIT.usage, ...about });

export const unreachable = (message: string, remedy: string, cause?: unknown) =>
  new CliError('Unreachable', message, { exitCode: EXIT.unreachable, remedy, cause });

export const refused = (problem: Problem) =>
  new CliError(problem.code, problem.detail, {
    exitCode: EXIT.refused,
    field: problem.field,
    remedy: problem.remedy,
    problem,
  });
