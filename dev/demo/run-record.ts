import type { TrailCount } from '../../local/trail/counts.ts';
import type { AccessNodeProcess } from '../access-node-process.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { countTransitions } from './count-transitions.ts';

export interface Counters {
  readonly transferred: number;
  readonly zero: number;
  readonly deduplicated: number;
  readonly stored: number;
  readonly storedBytes: number;
  readonly bytes: number;
}

/** One job of the demo, measured from outside. */
export interface RunRecord {
  readonly title: string;
  readonly jobId: string;
  /** Of all the job's volumes. */
  readonly volumeBytes: number;
  readonly counters: Counters;
  readonly wallSeconds: number;
  /** From the first order's claim to the last one's end. */
  readonly transferSeconds: number;
  readonly transitions: number;
  readonly calls: readonly TrailCount[];
  readonly peakMemory: number | undefined;
}

export interface RestoredVolume {
  readonly device: string;
  readonly volumeId: string;
  readonly sourceVolumeId: string;
}

interface JobAnswer {
  readonly jobId: string;
  readonly state: string;
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly instances: readonly {
    readonly counters: Counters;
    readonly rate?: number;
    readonly recoveryPointId?: string;
    readonly result?: {
      readonly instanceId: string;
      readonly volumes: readonly RestoredVolume[];
    };
  }[];
}

export interface MeasuredJob {
  readonly record: RunRecord;
  readonly job: JobAnswer;
}

/**
 * Runs `job` (which starts a job, waits for it and answers it), and measures: calls as the local cloud's trail counted
 * them, state transitions from the executions' histories, the node's peak memory from the kernel.
 */
export const measure = async (
  local: LocalHoldfast,
  node: AccessNodeProcess,
  title: string,
  volumeBytes: number,
  job: () => Promise<Record<string, unknown>>,
): Promise<MeasuredJob> => {
  const since = local.cloud.trail.mark();
  node.resetPeakMemory();
  const answer = (await job()) as unknown as JobAnswer;
  const peakMemory = node.peakMemory();
  const calls = local.cloud.trail.counts({ since });
  const counters = answer.instances[0]?.counters;
  if (answer.state !== 'completed' || !counters) {
    throw new Error(
      `${title}: ${answer.jobId} ${answer.state}${answer.error ? `: ${answer.error.name}: ${answer.error.message}` : ''}`,
    );
  }
  const rate = answer.instances[0]?.rate;
  return {
    job: answer,
    record: {
      title,
      jobId: answer.jobId,
      volumeBytes,
      counters,
      wallSeconds: (Date.parse(answer.endedAt as string) - Date.parse(answer.createdAt)) / 1_000,
      transferSeconds: rate ? counters.bytes / rate : 0,
      transitions: await countTransitions(local, answer.jobId),
      calls,
      peakMemory,
    },
  };
};
