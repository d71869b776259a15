import Table from 'cli-table3';
import { SERVICE_ACCOUNT } from '../example-accounts.ts';
import type { RunRecord } from './run-record.ts';

const BLOCK = 524_288;
const MIB = 1_048_576;

const size = (bytes: number): string =>
  bytes >= 10 * 1_024 * MIB ? `${(bytes / MIB / 1_024).toFixed(1)} GiB` : `${(bytes / MIB).toFixed(1)} MiB`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** A column a run: what moved, how fast, and what it took in calls, by service and by account. */
export const printReport = (runs: readonly RunRecord[], accountNames: Readonly<Record<string, string>>): void => {
  const table = new Table({
    head: ['', ...runs.map(({ title }) => title)],
    style: { head: [], border: [] },
    colAligns: ['left', ...runs.map(() => 'right' as const)],
  });
  const row = (name: string, cell: (run: RunRecord) => string): void => void table.push([name, ...runs.map(cell)]);
  row('volumes', ({ volumeBytes }) => size(volumeBytes));
  row('read or written', ({ counters }) => size(counters.transferred * BLOCK));
  row('  zero', ({ counters }) => size(counters.zero * BLOCK));
  row('  deduplicated', ({ counters }) => size(counters.deduplicated * BLOCK));
  row('  new in the library', ({ counters }) => size(counters.stored * BLOCK));
  row('stored in the library', ({ counters }) => size(counters.storedBytes));
  row('time, all of the job', ({ wallSeconds }) => seconds(wallSeconds));
  row('time, transfer', ({ transferSeconds }) => seconds(transferSeconds));
  row('rate of transfer', ({ counters, transferSeconds }) =>
    transferSeconds > 0 ? `${(counters.bytes / MIB / transferSeconds).toFixed(0)} MiB/s` : '–',
  );
  row('access node, peak memory', ({ peakMemory }) => (peakMemory === undefined ? 'not known' : size(peakMemory)));
  row('state transitions', ({ transitions }) => String(transitions));
  for (const account of accountsOf(runs)) {
    row(`API calls, ${accountNames[account] ?? account}`, (run) =>
      String(calls(run, (call) => call.account === account)),
    );
    for (const service of servicesOf(runs, account)) {
      row(`  ${service}`, (run) => String(calls(run, (call) => call.account === account && call.service === service)));
    }
  }
  console.log(table.toString());
};

type Call = RunRecord['calls'][number];
const calls = ({ calls: all }: RunRecord, which: (call: Call) => boolean): number =>
  all.filter(which).reduce((sum, { count }) => sum + count, 0);

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** Tenants first: it is their account that should feel as little as possible. */
const accountsOf = (runs: readonly RunRecord[]): string[] =>
  unique(runs.flatMap(({ calls: all }) => all.map(({ account }) => account))).sort(
    (a, b) => Number(a === SERVICE_ACCOUNT) - Number(b === SERVICE_ACCOUNT),
  );

const servicesOf = (runs: readonly RunRecord[], account: string): string[] =>
  unique(
    runs.flatMap(({ calls: all }) => all.filter((call) => call.account === account).map(({ service }) => service)),
  );
