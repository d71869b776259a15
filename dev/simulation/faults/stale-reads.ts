import { changeEc2Settings } from '../../../local/ec2/settings.ts';
import type { Instead, SimCall } from '../call.ts';
import type { Run } from '../run.ts';
import type { WireAnswer } from '../wire.ts';

/** Such an answer is as old as the service allows, and not like the one that is due: else it would be no fault. */
export interface StaleReads {
  /** Hears of every call. */
  watch(call: SimCall): void;
  /** Answers that call as if the last write had not happened; `onFired` is told if that makes a difference. */
  answer(call: SimCall, onFired: (what: string) => void): Instead;
}

const READS = /^(Describe|Get|List)/;

const withoutId = (answer: WireAnswer | undefined): string =>
  String(answer?.body ?? '').replace(/<requestId>[^<]*<\/requestId>/gi, '');

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  body: Buffer.from(JSON.stringify(body)),
});

/** How long an execution's end, and a snapshot's beginning, may not be seen. */
const LAG_MS = 60_000;

export const createStaleReads = (run: Run): StaleReads => {
  /** When EC2 was last written to, and EBS snapshots begun. */
  let [written, begun] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  /** Describe calls do not show what the last write made. */
  const ofEc2 =
    (since: number, onFired: (what: string) => void): Instead =>
    async (_, send) => {
      const fresh = await send();
      if (since === Number.NEGATIVE_INFINITY) return fresh;
      const { store } = run.cloud.kernel;
      changeEc2Settings(store, { describeLagMs: Math.max(1, Date.now() - since + 1) });
      const old = await send();
      changeEc2Settings(store, { describeLagMs: 0 });
      if (withoutId(old) === withoutId(fresh)) return fresh;
      onFired(`without what was made ${Date.now() - since} ms before: ${old?.status} instead of ${fresh?.status}`);
      return old;
    };

  /** DescribeExecution is eventually consistent: an execution that has just ended still runs. */
  const ofExecution =
    (onFired: (what: string) => void): Instead =>
    async (_, send) => {
      const fresh = await send();
      const { stopDate, output, outputDetails, error, cause, ...rest } = JSON.parse(
        String(fresh?.body ?? '{}'),
      ) as Record<string, unknown>;
      if (typeof stopDate !== 'number' || Date.now() - stopDate * 1_000 > LAG_MS) return fresh;
      onFired(`RUNNING instead of ${rest.status}`);
      return json(200, { ...rest, status: 'RUNNING' });
    };

  /** Blocks can be put "shortly after" StartSnapshot: until then the snapshot does not exist. */
  const ofNewSnapshot =
    (since: number, onFired: (what: string) => void): Instead =>
    async (_, send) => {
      if (Date.now() - since > LAG_MS) return send();
      onFired(`a snapshot begun ${Date.now() - since} ms before does not exist yet`);
      return json(
        404,
        { Message: 'The snapshot does not exist.', Reason: 'SNAPSHOT_NOT_FOUND' },
        { 'x-amzn-errortype': 'ResourceNotFoundException' },
      );
    };

  return {
    watch({ kind, service, operation }) {
      // that an instance is not seen which its tenant made a moment ago is no fault: for all that EC2 says, it is not there
      if (kind === 'person') return;
      if (service === 'ec2' && !READS.test(operation)) written = Date.now();
      if (service === 'ebs' && operation === 'StartSnapshot') begun = Date.now();
    },
    answer({ service }, onFired) {
      if (service === 'ec2') return ofEc2(written, onFired);
      if (service === 'states') return ofExecution(onFired);
      if (service === 'ebs') return ofNewSnapshot(begun, onFired);
      throw new Error(`${service} has no stale reads: see classification.ts`);
    },
  };
};
