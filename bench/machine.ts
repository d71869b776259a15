import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** What the figures hold for. */
export const describeMachine = (): readonly (readonly [string, string])[] => {
  const processors = cpus();
  return [
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ')],
    ['processors', `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['system', `${process.platform} ${release()}`],
    ['Node', process.version],
    ['Holdfast', commit()],
  ];
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
