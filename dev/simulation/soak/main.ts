/** Many tenants' jobs at once under chaos: `node dev/simulation/soak/main.ts`, a part of `npm run soak`. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import type { SoakOptions } from './run-soak.ts';

const options = new Command('node dev/simulation/soak/main.ts')
  .description(
    'Backups, snapshots, copies and restores of many tenants in simulated time, with failing calls and nodes.',
  )
  .option('--jobs <n>', 'over all tenants', Number, 1_000)
  .option('--tenants <n>', 'two at least', Number, 50)
  .option('--nodes <n>', 'access nodes', Number, 20)
  .option('--failing <share>', 'of all calls of functions and nodes', Number, 0.05)
  .option('--killed <share>', 'of the nodes, every ten minutes', Number, 0.1)
  .option('--seed <n>', 'run this one again', Number, randomInt(1, 1_000_000_000))
  .parse()
  .opts<SoakOptions>();

const child = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--max-old-space-size=12000',
    join(import.meta.dirname, 'run-soak.ts'),
    JSON.stringify(options),
  ],
  // one thread for files: their order is then that in which they were asked for
  { stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
