/** `npm run cost`: what a protected TiB costs a month, from the calls that small backups take on the local cloud. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createApiClient } from '../../cli/api-client.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { askCli } from '../cli.ts';
import { countTransitions } from '../demo/count-transitions.ts';
import { workForADay, writeBytes } from '../demo/guest.ts';
import { seededBytes } from '../demo/make-image.ts';
import { launchInstance, tenantEc2 } from '../demo/tenant-instance.ts';
import { type LocalHoldfast, startLocalHoldfast } from '../local-holdfast.ts';
import { setUpHypervisors } from '../set-up.ts';
import { meter, usdOf } from './meter.ts';
import { type Assumptions, type Measured, type MeasuredBackup, monthOf } from './month.ts';
import { reportOf } from './report.ts';

const MIB = 1_048_576;
const LONGEST_MS = 900_000;
/** Seldom: each look is a call that is counted. */
const LOOK_EVERY_MS = 5_000;

const read = (text: string): number => {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${text}: a number above 0 is needed`);
  return number;
};
const options = new Command('npm run cost --')
  .description('What a protected TiB costs a month, from metered calls of small backups, as Markdown.')
  .option('--size <GiB>', 'of the smaller volume that is measured; the larger one has three times as much', read, 2)
  .option('--change <percent>', 'of the blocks with data that are new each day', read, 3)
  .option('--days <n>', 'daily backups that are kept', read, 30)
  .option('--instances <n>', 'that the TiB is spread over', read, 10)
  .parse()
  .opts<{ size: number; change: number; days: number; instances: number }>();

/** Half of it cannot be compressed, half of it is words from a list of 4,096. */
const fill = async (local: LocalHoldfast, volumeId: string, mib: number, seed: number): Promise<void> => {
  const random = seededBytes(seed);
  const words = Array.from({ length: 4_096 }, () => random(6).toString('hex'));
  for (let at = 0; at < mib; at++) {
    let body = random(MIB);
    if (at % 2 === 1) {
      let text = '';
      const draws = random(2 * 90_000);
      for (let draw = 0; text.length < MIB; draw++) text += `${words[draws.readUInt16LE(draw * 2) % words.length]} `;
      body = Buffer.from(text.slice(0, MIB), 'latin1');
    }
    await writeBytes(local, volumeId, at * MIB, body);
  }
};

const measure = async (local: LocalHoldfast): Promise<Measured> => {
  const [tenant] = local.accounts.tenants;
  if (!tenant) throw new Error('the local cloud has no tenant');
  const { serviceId, queues, tenantIds } = await setUpHypervisors(local, [tenant]);
  local.startNode({ serviceId, queues });
  const credentials = async () => tenant.user;
  const api = createApiClient({ url: new URL(local.apiUrl), region: local.place.region, credentials });
  const backup = async (instanceId: string): Promise<MeasuredBackup> => {
    const since = local.cloud.trail.mark();
    const { jobId } = await api.call(tenantRoutes.startBackup, { body: { instanceIds: [instanceId] } });
    const end = Date.now() + LONGEST_MS;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const job = await api.call(tenantRoutes.getJob, { params: { jobId } });
      if (job.state === 'completed') {
        const counters = job.instances?.[0]?.counters;
        if (!counters) throw new Error(`${jobId} has no counters`);
        const counted = meter(local.cloud.trail.counts({ since }), await countTransitions(local, jobId));
        return { counted, blocks: counters.transferred - counters.zero, storedBytes: counters.storedBytes };
      }
      if (job.error || Date.now() > end) throw new Error(`${jobId} is ${job.state}: ${job.error?.message}`);
    }
  };
  const say = (line: string): void => console.error(line);
  let libraryBytes = 0;
  const measured = [];
  for (const size of [options.size, options.size * 3]) {
    say(`${size} GiB: its data …`);
    const { instanceId, volumes } = await launchInstance(tenantEc2(local, tenant), `of-${size}`, [size]);
    const volumeId = volumes[0]?.volumeId ?? '';
    await fill(local, volumeId, size * 1_024, size);
    say('full backup …');
    const full = await backup(instanceId);
    await workForADay(local, volumeId, size * 1_024 * MIB, options.change / 100, size);
    say('incremental …');
    const incremental = await backup(instanceId);
    libraryBytes += full.storedBytes + incremental.storedBytes;
    say('check …');
    const since = local.cloud.trail.mark();
    const run = await askCli(local, local.accounts.operator, ['library', 'check', tenantIds[0] ?? '', '--wait']);
    const counted = meter(local.cloud.trail.counts({ since }), await countTransitions(local, String(run.runId)));
    measured.push({ full, incremental, check: { counted, libraryBytes } });
  }
  const [small, large] = measured;
  if (!small || !large) throw new Error('two are measured');
  return {
    full: [small.full, large.full],
    incremental: [small.incremental, large.incremental],
    check: [small.check, large.check],
  };
};

const assumed: Assumptions = {
  instances: options.instances,
  change: options.change / 100,
  days: options.days,
  leastNodeHours: 0.25,
  nodeMibPerSecond: 250,
  lambdaSeconds: 0.2,
  lambdaGb: 0.25,
};
const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-cost-'));
const local = await startLocalHoldfast({ dataDir });
try {
  const measured = await measure(local);
  console.log(reportOf(measured, assumed, monthOf(measured, assumed, usdOf)));
} finally {
  await local.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
