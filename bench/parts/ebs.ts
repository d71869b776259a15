/** What comes from EBS direct over HTTP: blocks alone, beside curl; and the whole way into a library, beside coldsnap. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLOCK_BYTES } from '../../library/block.ts';
import type { FetcherInput } from '../fetcher.ts';
import { OURS } from '../goals.ts';
import { type Command, type Cost, measured, said } from '../measured.ts';
import type { Served, ToServer } from '../serve-ebs.ts';
import type { Measurements } from '../statistics.ts';

export interface EbsPart {
  readonly image: string;
  readonly folder: string;
  readonly rounds: number;
  readonly what: 'fetch' | 'through';
  /** Undefined where there is none. */
  readonly coldsnap: string | undefined;
  readonly measurements: Measurements;
  readonly tell: (line: string) => void;
}

const REGION = 'eu-central-1';
const CONNECTIONS = 32;
const here = (name: string): string => join(import.meta.dirname, '..', name);
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-bench-code') };

const next = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`the local cloud ended with ${code}`)));
  });

const fetcher = (input: FetcherInput): Command => ({
  argv: [process.execPath, here('fetcher.ts'), JSON.stringify(input)],
  env,
});

/** As the AWS CLI would sign them, 32 at a time over connections that are kept. */
const curl = (served: Served, list: string, config: string): Command => {
  const { endpoint, snapshotId, credentials } = served;
  const urls = readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => {
      const [index = '', token = ''] = line.split(' ');
      const url = `${endpoint}/snapshots/${snapshotId}/blocks/${index}?blockToken=${encodeURIComponent(token)}`;
      return `url = "${url}"\noutput = "/dev/null"`;
    });
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const head = [
    ...['silent', 'fail', 'parallel', `parallel-max = ${CONNECTIONS}`],
    ...[`aws-sigv4 = "aws:amz:${REGION}:ebs"`, `user = "${accessKeyId}:${secretAccessKey}"`],
    `header = "x-amz-security-token: ${sessionToken}"`,
  ];
  writeFileSync(config, [...head, ...urls].join('\n'), { mode: 0o600 });
  return { argv: ['curl', '-K', config] };
};

/** The same bytes through OpenSSL's SHA-256, when curl has fetched them: what the check costs anyone. */
const curlAndCheck = (fetch: Command, content: string): Command => ({
  argv: ['sh', '-c', '"$@" && exec openssl dgst -sha256 "$0"', content, ...fetch.argv],
});

/** The listed blocks of an image, one after the other. */
const writeListed = (image: string, list: string, target: string): void => {
  const [from, to] = [openSync(image, 'r'), openSync(target, 'w')];
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  for (const line of readFileSync(list, 'utf8').split('\n')) {
    const came = readSync(from, block, 0, BLOCK_BYTES, Number.parseInt(line, 10) * BLOCK_BYTES);
    writeSync(to, block.fill(0, came));
  }
  closeSync(from);
  closeSync(to);
};

const coldsnapCommand = (program: string, { endpoint, snapshotId, credentials }: Served, target: string): Command => ({
  argv: [program, '--endpoint', endpoint, '--region', REGION, 'download', '--no-progress', snapshotId, target],
  env: {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  },
});

/** Each round begins with another. */
const inTurn = async (round: number, works: readonly (() => Promise<unknown>)[]): Promise<void> => {
  for (let at = 0; at < works.length; at++) await works[(round + at) % works.length]?.();
};

/** Each round has a cloud, a snapshot and a library of its own: nothing is deduplicated against an earlier round. */
export const measureEbs = async ({
  image,
  folder,
  rounds,
  what,
  coldsnap,
  measurements,
  tell,
}: EbsPart): Promise<undefined> => {
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}: EBS direct, ${what}`);
    const place = join(folder, `ebs-${round}`);
    mkdirSync(place);
    const child = fork(here('serve-ebs.ts'), [image], { env: { ...process.env, TMPDIR: place } });
    try {
      const served = await next<Served>(child);
      const input = { ...served, region: REGION, connections: CONNECTIONS };
      const list = join(place, 'blocks');
      await said(fetcher({ ...input, list }));
      // whoever comes first is to find a cloud that has served this snapshot: it makes a block's checksum at its first read
      await said(fetcher(input));
      if (what === 'fetch') {
        const [fetch, content] = [curl(served, list, join(place, 'curl')), join(place, 'content')];
        writeListed(image, list, content);
        await inTurn(round, [
          async () => measurements.add(OURS, 'block fetch', await measured(fetcher(input))),
          async () => measurements.add('curl', 'block fetch', await measured(fetch)),
          async () => measurements.add('curl, openssl', 'block fetch', await measured(curlAndCheck(fetch, content))),
        ]);
      }
      if (what === 'through')
        await inTurn(round, [
          async () => {
            child.send('backup' satisfies ToServer);
            measurements.add(OURS, 'through EBS direct', await next<Cost>(child));
          },
          async () => {
            if (!coldsnap) return;
            const target = join(place, 'downloaded');
            const cost = await measured(coldsnapCommand(coldsnap, served, target));
            measurements.add('coldsnap', 'through EBS direct', cost);
            execFileSync('cmp', ['-n', `${statSync(image).size}`, image, target]);
            rmSync(target);
          },
        ]);
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.connected) child.send('stop' satisfies ToServer);
      await ended;
      rmSync(place, { recursive: true, force: true });
    }
  }
};
