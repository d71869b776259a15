import { NodeHealth } from '../health/judge-health.ts';
import { type NodeState, readState } from '../health/state-file.ts';

/** The request cannot be met; the message says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const ANSWER_WITHIN_MS = 5_000;

/** Where a service's node leaves its state, if nothing else is said. */
export const defaultStateFolder = (environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string =>
  environment.HOLDFAST_STATE_FOLDER ||
  (platform === 'win32'
    ? `${environment.ProgramData ?? 'C:\\ProgramData'}\\Holdfast Node\\state`
    : '/run/holdfast-node');

/** undefined if no node has left its state there. Throws CommandFailed. */
export const stateIn = (folder: string): NodeState | undefined => {
  try {
    return readState(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      throw new CommandFailed(
        `${folder} may be read by the node's user and administrators only: run this as root, or give health --port`,
      );
    throw new CommandFailed(`the state in ${folder} cannot be read: ${message}`);
  }
};

const call = async (port: number, path: string, init: RequestInit): Promise<Response | undefined> => {
  try {
    return await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new CommandFailed(`the node at port ${port} did not answer within ${ANSWER_WITHIN_MS / 1_000} s`);
    return undefined;
  }
};

/** undefined if nothing listens there. Throws CommandFailed if what does is no access node. */
export const askHealth = async (port: number): Promise<NodeHealth | undefined> => {
  const response = await call(port, '/health', {});
  if (!response) return undefined;
  const parsed = NodeHealth.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new CommandFailed(`what answers at port ${port} is no access node of this version`);
  return parsed.data;
};

/** Throws CommandFailed. */
export const askToDrain = async ({ port, token }: NodeState, how: 'finish' | 'now'): Promise<void> => {
  const path = how === 'now' ? '/drain?now' : '/drain';
  const response = await call(port, path, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  if (!response) throw new CommandFailed('no access node runs here: its state was left by one that was killed');
  if (response.status !== 202)
    throw new CommandFailed(`the node refused to drain: ${response.status} ${await response.text()}`);
};
