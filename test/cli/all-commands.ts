import type { Command } from 'commander';
import { addVerbs } from '../../cli/commands.ts';
import { createProgram } from '../../cli/program.ts';

/** The program with all its commands, which otherwise are loaded when they are named. */
export const allCommands = async (): Promise<Command> => {
  const program = createProgram();
  for (const noun of program.commands) await addVerbs(noun);
  return program;
};
