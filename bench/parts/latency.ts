/** Blocks of one snapshot from an endpoint that takes 40 ms to answer: how many connections reach the snapshot's quota. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FarEnd, FarFetcherInput, FromFarFetcher } from '../far-fetcher.ts';
import { farBlocks, OURS } from '../goals.ts';
import { cpuOf, peakOf } from '../process-cost.ts';
import type { Section } from '../report.ts';
import type { LatencyPort } from '../serve-latency.ts';
import { type Measurements, median } from '../statistics.ts';

export interface LatencyPart {
  readonly folder: string;
  readonly rounds: number;
  /** How long each setting runs before it counts, and how long it counts. */
  readonly warmMs: number;
  readonly countedMs: number;
  readonly measurements: Measurements;
  readonly tell: (line: string) => void;
}

const LATENCY_MS = 40;
const SETTINGS = [8, 16, 32, 64, 'adaptive'] as const;
const here = (name: string): string => join(import.meta.dirname, '..', name);

interface Fetched extends FarEnd {
  readonly clientCpu: number;
  readonly serverCpu: number;
  readonly peakMiB: number;
}

/** For loopback and for one run. Throws where there is no openssl. */
const makeCertificate = (folder: string): { readonly key: string; readonly cert: string } => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { key, cert };
};

const message = async <T>(child: ChildProcess): Promise<T> => {
  const ended = new AbortController();
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`);
  });
  const came = once(child, 'message', { signal: ended.signal }).then(([value]) => value as T);
  try {
    return await Promise.race([came, died]);
  } finally {
    ended.abort();
    for (const promise of [came, died]) promise.catch(() => undefined);
  }
};

const fetchOnce = async (server: ChildProcess, cert: string, input: FarFetcherInput): Promise<Fetched> => {
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: cert,
    NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-bench-code'),
  };
  const client = fork(here('far-fetcher.ts'), [JSON.stringify(input)], { env });
  try {
    await message<FromFarFetcher>(client);
    const before = [client, server].map(({ pid }) => cpuOf(pid));
    const end = await message<FromFarFetcher>(client);
    const [clientCpu = 0, serverCpu = 0] = [client, server].map(({ pid }, at) => cpuOf(pid) - (before[at] ?? 0));
    if (end.type !== 'ended') throw new Error('the fetcher has begun twice');
    return { ...end, clientCpu, serverCpu, peakMiB: peakOf(client.pid) };
  } finally {
    client.kill('SIGKILL');
  }
};

const mibPerSecond = ({ blocks, seconds }: Fetched): number => blocks / 2 / seconds;

export const measureLatency = async (part: LatencyPart): Promise<Section> => {
  const { folder, rounds, warmMs, countedMs, measurements, tell } = part;
  const place = join(folder, 'latency');
  mkdirSync(place);
  const { key, cert } = makeCertificate(place);
  const server = fork(here('serve-latency.ts'), [String(LATENCY_MS), key, cert]);
  const fetched = new Map<(typeof SETTINGS)[number], Fetched[]>(SETTINGS.map((setting) => [setting, []]));
  try {
    const endpoint = `https://127.0.0.1:${await message<LatencyPort>(server)}`;
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}: blocks ${LATENCY_MS} ms away`);
      for (const connections of SETTINGS) {
        const one = await fetchOnce(server, cert, { endpoint, connections, warmMs, countedMs });
        fetched.get(connections)?.push(one);
        if (connections === 'adaptive') continue;
        const { clientCpu: cpuSeconds, seconds: wallSeconds, peakMiB } = one;
        const figures = { wallSeconds, cpuSeconds, peakMiB, mibPerSecond: mibPerSecond(one) };
        measurements.add(OURS, farBlocks(connections), figures);
      }
    }
  } finally {
    server.kill('SIGKILL');
    rmSync(place, { recursive: true, force: true });
  }
  return {
    title: `Blocks of one snapshot, ${LATENCY_MS} ms away`,
    text: `The product's own transport and its limit of 1,000 calls a second for a snapshot (500 MiB/s), over TLS, each block compared with its SHA-256. The endpoint is a process on the same machine that has every answer ready and sends it ${LATENCY_MS} ms after the request: its CPU is told too, since it takes what the client cannot have. \`adaptive\` is what an access node does: it looks for the fewest lanes that reach the most; in brackets those that it had open at the end.`,
    head: ['connections', 'MiB/s', 'least to most', 'client CPU s/GiB', 'client CPU %', 'endpoint CPU %'],
    rows: [...fetched].map(([setting, all]) => rowOf(String(setting), all)),
  };
};

const rowOf = (setting: string, all: readonly Fetched[]): string[] => {
  const of = (figure: (one: Fetched) => number): number => median(all.map(figure));
  const rates = all.map(mibPerSecond);
  return [
    setting === 'adaptive' ? `adaptive (${of(({ lanes }) => lanes)})` : setting,
    of(mibPerSecond).toFixed(0),
    `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`,
    of(({ clientCpu, blocks }) => clientCpu / (blocks / 2_048)).toFixed(2),
    of(({ clientCpu, seconds }) => (100 * clientCpu) / seconds).toFixed(0),
    of(({ serverCpu, seconds }) => (100 * serverCpu) / seconds).toFixed(0),
  ];
};
