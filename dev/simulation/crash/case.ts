import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import type { Chaos, SimCall } from '../call.ts';
import type { SimInstance } from '../instances.ts';
import { broken } from '../invariants/invariants.ts';
import { endOf, startBackup } from '../jobs.ts';
import { type Run, type RunReport, runScenario } from '../run.ts';
import { jump } from '../virtual/virtual-clock.ts';
import type { Acted, CrashScenario } from './crash-scenario.ts';
import { first } from './first-tenant.ts';
import { quiet } from './quiet.ts';
import { jobOf, restoredIs } from './restored.ts';
import { contentsOf, type Stage } from './stage.ts';
import { type Boundary, watchStates } from './states.ts';
import { sweepOnce } from './sweep.ts';

/** Which call of the scenario, from 0, and whether its process dies before or after it has had its effect. */
export interface Crash {
  readonly at: number;
  readonly when: 'before' | 'after';
  /**
   * What must hold is looked at, bytes included, but nothing is restored and backed up once more by further jobs: two
   * thirds of a case's time.
   */
  readonly short?: true;
}

export interface CaseOutcome {
  /** Of a run without a crash. */
  readonly boundaries: readonly Boundary[];
  /** Where it died: who, and the call. */
  readonly crashed?: string;
  /** How the scenario's jobs ended: `completed`, `failed SourceLost`, … */
  readonly ended: readonly string[];
  /** That it took until nothing was left. */
  readonly sweeps: number;
  readonly report: RunReport;
}

/** As long as a job may take that has lost a process: its waits for a node and its steps' retries, with much to spare. */
const LONGEST_MS = 4 * 3_600_000;
/** A cleanup that was lost is begun once more by Lambda's own retries; one of a stopped attempt looks twice. */
const LATE_MS = 15 * 60_000;
/** The reaper's grace and a bit. */
const GRACE_MS = 4.1 * 3_600_000;
const MOST_SWEEPS = 2;

/** Runs a scenario with one crash, or none; what must hold afterwards is what `report.failure` says does not. */
export const runCase = async (scenario: CrashScenario, stage: Stage, crash?: Crash): Promise<CaseOutcome> => {
  const states = watchStates();
  let [armed, count, sweeps] = [false, 0, 0];
  let crashed: string | undefined;
  let ended: readonly string[] = [];
  const chaos: Chaos = (call) => {
    if (!armed || !isBoundary(call) || scenario.only?.test(call.who) === false) return 'go';
    if (!crash) states.began(call);
    if (count++ !== crash?.at) return 'go';
    crashed = `${call.who} ${call.service} ${call.operation}`;
    return { crash: crash.when };
  };
  const report = await runScenario(
    stage.world,
    async (run) => {
      for (const [id, accountId] of stage.belongings) run.belongings.set(id, accountId);
      armed = true;
      const acted = await scenario.act(run, stage.facts);
      let open = await quiet(run, LONGEST_MS);
      armed = false;
      if (crash) assert.ok(crashed, `there was no call ${crash.at}: only ${count}`);
      let wrong = open.length > 0 ? open : await broken(run);
      if (wrong.length > 0) {
        await sleep(LATE_MS);
        open = await quiet(run, LATE_MS);
        wrong = await broken(run);
      }
      for (; wrong.length > 0 && sweeps < MOST_SWEEPS; sweeps++) {
        run.trace.note(`sweep ${sweeps + 1}: ${wrong.join('; ')}`);
        jump(GRACE_MS);
        await sweepOnce(run);
        await quiet(run, LONGEST_MS);
        wrong = await broken(run);
      }
      assert.deepEqual(wrong, [], `after ${sweeps} sweeps`);
      ended = await endsOf(run, acted);
      const completed = ended.every((end) => end === 'completed');
      if (completed) await acted.check?.();
      const asAlways = sweeps === 0 && ended.every((end) => end === (acted.end ?? 'completed'));
      // whatever did not go as always is looked at whole
      if ((!crash || crash.short) && asAlways) return;
      if (completed) await acted.checkWhole?.();
      await stillWorks(run, stage);
    },
    { seed: 'crash', chaos: () => chaos, ...(crash ? {} : { watch: states }) },
  );
  const boundaries = crash ? [] : states.boundaries();
  return { boundaries, ...(crashed ? { crashed } : {}), ended, sweeps, report };
};

/** Calls of what is ours: functions and access nodes. Persons try again until they are answered. */
const isBoundary = ({ kind }: SimCall): boolean => kind !== 'person';

/** Each is terminal, and what failed says why by a name of its own. */
const endsOf = async (run: Run, { jobs = [], runs = [] }: Acted): Promise<readonly string[]> => {
  const ends: string[] = [];
  for (const jobId of jobs) {
    const { state, error, instances = [] } = await jobOf(run, jobId);
    const names = [error, ...instances.map((each) => each.error)].flatMap((each) => (each ? [each.name] : []));
    if (state === 'completed' || state === 'cancelled') ends.push(state);
    else {
      assert.ok(names.length > 0, `${jobId} is ${state}, and says no why`);
      for (const name of names) assert.ok(isOurs(name), `${jobId} failed with ${name}`);
      ends.push(`${state} ${[...new Set(names)].join(' ')}`);
    }
  }
  for (const runId of runs) ends.push(await endOfRun(run, runId));
  return ends;
};

const endOfRun = async (run: Run, runId: string): Promise<string> => {
  const { withCatalog } = await import('../ledger.ts');
  const found = await withCatalog(run, (catalog) => catalog.libraryRuns.get(first(run).tenantId, runId));
  assert.ok(found && ['completed', 'failed', 'cancelled'].includes(found.state), `${runId} is ${found?.state}`);
  if (found.state !== 'failed') return found.state;
  assert.ok(found.error && isOurs(found.error.name), `${runId} failed with ${found.error?.name}`);
  return `failed ${found.error.name}`;
};

/** Not one of a programming language, of Lambda's or of Step Functions' own. */
const isOurs = (name: string): boolean =>
  !/^(Error|TypeError|RangeError|SyntaxError|States\.|Lambda\.|Runtime)/.test(name);

const asItIs = async (run: Run, { instanceId }: SimInstance): Promise<SimInstance> => {
  const { Volumes = [] } = await first(run).ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }] }),
  );
  const volumes = Volumes.map(({ VolumeId = '', Attachments = [] }) => ({
    volumeId: VolumeId,
    device: Attachments[0]?.Device ?? '',
  }));
  return { instanceId, volumes };
};

/** The same instance can be backed up again and restored, and nothing happened to the other tenant's. */
const stillWorks = async (run: Run, { facts }: Stage): Promise<void> => {
  // a restore may have given it other volumes
  const then = contentsOf(run, await asItIs(run, facts.instance));
  const backup = await endOf(first(run), await startBackup(first(run), [facts.instance.instanceId], 'incremental'));
  assert.equal(backup.state, 'completed', `the next backup of the instance: ${JSON.stringify(backup)}`);
  await restoredIs(run, backup.jobId, then);
  for (const { volumeId } of facts.other.volumes)
    assert.equal(contentsOf(run, facts.other).get(volumeId), facts.data.get(volumeId), 'the other tenant’s data');
};
