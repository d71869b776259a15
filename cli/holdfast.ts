#!/usr/bin/env node
/** holdfast: the command line. */
import { enableCompileCache } from 'node:module';

// a third off the start; only for what is imported after it
enableCompileCache();
// `holdfast job list | head` closes the pipe early: no reason to complain
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const { run } = await import('./program.ts');
process.exitCode = await run();
