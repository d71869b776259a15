/**
 * The access node's process. Queues, broker and heartbeats are the main thread's (compose-node.ts); in each worker thread
 * (worker-thread.ts) runs one order at a time.
 */
import { keepCompiledCode } from './compiled-code.ts';

const code = keepCompiledCode();
// Not above: what is imported before the code is kept would be compiled in each thread.
const { runNode } = await import('./run-node.ts');
process.exit(await runNode(code));
