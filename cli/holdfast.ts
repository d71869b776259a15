#!/usr/bin/env node
/** holdfast: the command line. */
import { enableCompileCache } from 'node:module';
import { onStdoutFailure } from './stdout-failure.ts';

// a third off the start; only for what is imported after it
enableCompileCache();
process.stdout.on('error', onStdoutFailure);
const { run } = await import('./program.ts');
process.exitCode = await run();
