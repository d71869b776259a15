import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** How the command finds the node that runs on this machine, and shows that it may let it drain. */
export const NodeState = z.object({ pid: z.int(), port: z.int(), token: z.string() });
export type NodeState = z.infer<typeof NodeState>;

const fileIn = (folder: string): string => join(folder, 'node.json');

/** For the node's own user only (on Windows the folder's own permissions say who). */
export const writeState = (folder: string, state: NodeState): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${fileIn(folder)}.${state.pid}`;
  writeFileSync(unfinished, JSON.stringify(state), { mode: 0o600 });
  renameSync(unfinished, fileIn(folder));
};

/** undefined if no node has left one. Throws what reading throws (`EACCES` for who may not). */
export const readState = (folder: string): NodeState | undefined => {
  try {
    return NodeState.parse(JSON.parse(readFileSync(fileIn(folder), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Only if it is still that process's. */
export const removeState = (folder: string, pid: number): void => {
  if (readState(folder)?.pid === pid) rmSync(fileIn(folder), { force: true });
};
