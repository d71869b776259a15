import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../local/cloud.ts';
import { within } from './within.ts';

export interface NodeSettings {
  readonly slots?: number;
  readonly visibilitySeconds?: number;
  readonly graceSeconds?: number;
  /** Further variables of the process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface AccessNodeProcess {
  readonly nodeId: string;
  readonly pid: number;
  readonly logFile: string;
  /** Most memory that the process had at once, bytes, as the kernel counted it; undefined where it does not tell. */
  peakMemory(): number | undefined;
  /** Counts the peak anew from here on. */
  resetPeakMemory(): void;
  /** SIGKILL: as a lost machine. */
  kill(): Promise<void>;
  /** SIGTERM: finishes or hands back its orders. */
  stop(): Promise<void>;
}

/** As a service manager: what has not ended by then is killed. Its grace for running orders is shorter. */
const STOP_SECONDS = 120;

export interface Machine {
  readonly cloud: Cloud;
  readonly projectDir: string;
  readonly dataDir: string;
  readonly nodeId: string;
  /** Of its instance profile. */
  readonly roleArn: string;
  /** What its user data, or whoever added it by hand, gives it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Boots an access node as its EC2 instance would: with the credentials of its instance profile, and nothing else. */
export const startAccessNode = (machine: Machine, settings: NodeSettings = {}): AccessNodeProcess => {
  const { cloud, projectDir, dataDir, nodeId, roleArn, environment } = machine;
  const { uri, token } = cloud.admin.vendCredentials(roleArn, nodeId);
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${nodeId}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [join(projectDir, 'access-node/main.ts')], {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH ?? '',
      ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
      HOLDFAST_NODE_ID: nodeId,
      HOLDFAST_POLL_SECONDS: '2',
      ...environment,
      ...(settings.slots === undefined ? {} : { HOLDFAST_SLOTS: String(settings.slots) }),
      ...(settings.visibilitySeconds === undefined
        ? {}
        : { HOLDFAST_VISIBILITY_SECONDS: String(settings.visibilitySeconds) }),
      ...(settings.graceSeconds === undefined ? {} : { HOLDFAST_GRACE_SECONDS: String(settings.graceSeconds) }),
      ...settings.environment,
    },
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`the access node could not be started: see ${logFile}`);
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await within(STOP_SECONDS, `${nodeId} (process ${pid}) ends after ${signal}`, exited).catch((error: Error) => {
      child.kill('SIGKILL');
      throw new Error(`${error.message}; its last words: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    });
  };
  let last: number | undefined;
  return {
    nodeId,
    pid,
    logFile,
    peakMemory: () => {
      last = highWaterMark(pid) ?? last;
      return last;
    },
    resetPeakMemory: () => {
      try {
        writeFileSync(`/proc/${pid}/clear_refs`, '5');
      } catch {
        // Not Linux: the peak is then the whole process's.
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
};

const highWaterMark = (pid: number): number | undefined => {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1_024;
  } catch {
    return undefined;
  }
};
