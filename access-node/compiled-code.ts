import { mkdtempSync, rmSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CompiledCode {
  /** Threads that start from now on load what this one has loaded. */
  share(): void;
  /** All threads have loaded: nothing stays on the disk. */
  forget(): void;
}

/**
 * Makes the worker threads load this thread's compiled code instead of TypeScript: Node's compiler of types is 20 MiB in
 * each thread that uses it. To be called before what is to be shared is imported. In a folder of this process's own,
 * since whoever can write there can run code here.
 */
export const keepCompiledCode = (): CompiledCode => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-node-'));
  enableCompileCache(folder);
  return {
    share() {
      flushCompileCache();
      process.env.NODE_COMPILE_CACHE = folder;
    },
    forget() {
      delete process.env.NODE_COMPILE_CACHE;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
