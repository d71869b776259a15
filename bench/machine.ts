import { execFileSync } from 'node:child_process';
import { createCipheriv, hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** What the figures hold for. */
export const describeMachine = (): readonly (readonly [string, string])[] => {
  const processors = cpus();
  return [
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ')],
    ['processors', `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`],
    ['their instructions for this work', describeInstructions()],
    ['one of them, with Node', describeSpeed()],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['system', `${process.platform} ${release()}`],
    ['Node', `${process.version}, with OpenSSL ${process.versions.openssl}, zstd ${process.versions.zstd}`],
    ['Holdfast', commit()],
  ];
};

/** What SHA-256, AES-GCM and zstd run on. */
const INSTRUCTIONS = ['sha_ni', 'aes', 'vaes', 'avx2', 'avx512f', 'bmi2'] as const;

const describeInstructions = (): string => {
  if (!existsSync('/proc/cpuinfo')) return 'not told by this system';
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(/\s+/));
  const having = (there: boolean): string =>
    INSTRUCTIONS.filter((flag) => flags.has(flag) === there).join(', ') || 'none';
  return flags.size === 0 ? 'not told by this system' : `${having(true)}; not: ${having(false)}`;
};

const BLOCK_BYTES = 524_288;
const TRY_MS = 300;

/** Where sealing and hashing are slow, all who do them are: it explains a machine's figures better than its name. */
const describeSpeed = (): string => {
  const block = randomBytes(BLOCK_BYTES);
  const speedOf = (work: () => void): string => {
    const startedAt = performance.now();
    let blocks = 0;
    for (; performance.now() - startedAt < TRY_MS; blocks++) work();
    return `${((blocks * BLOCK_BYTES) / 2 ** 20 / ((performance.now() - startedAt) / 1_000)).toFixed(0)} MiB/s`;
  };
  const [key, nonce] = [Buffer.alloc(32), Buffer.alloc(12)];
  const sha = speedOf(() => void hash('sha256', block, 'buffer'));
  const gcm = speedOf(() => void createCipheriv('aes-256-gcm', key, nonce).update(block));
  return `SHA-256 ${sha}, AES-256-GCM ${gcm}`;
};

const commit = (): string => {
  try {
    const [hash, changed] = [
      ['rev-parse', '--short', 'HEAD'],
      ['status', '--porcelain', '-uno'],
    ].map((args) =>
      execFileSync('git', args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim(),
    );
    return changed ? `${hash} with changes` : String(hash);
  } catch {
    return 'no git';
  }
};
