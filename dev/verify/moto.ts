/** `npm run verify:moto`: the adapters' contract against moto, an emulation of AWS that others wrote. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { writePage } from './compatibility-page.ts';
import { judge } from './judge.ts';
import { MOTO_DIFFERENCES } from './moto-differences.ts';
import { MOTO_VERSION, startMoto } from './moto-server.ts';
import { cacheFolder } from './python-tools.ts';
import { runContract } from './run-contract.ts';

const { page } = new Command('npm run verify:moto --')
  .description(
    "The adapters' contract against a moto server. Fails on what the list of known differences does not say.",
  )
  .option('--page', 'only writes the list of known differences into docs/compatibility.md')
  .parse()
  .opts<{ page?: true }>();

const verify = async (): Promise<void> => {
  const moto = await startMoto();
  console.log(`moto ${MOTO_VERSION} at ${moto.endpoint}; what it prints is in ${moto.log}`);
  try {
    const isListed = (test: string): boolean => MOTO_DIFFERENCES.some((each) => each.test.test(test));
    const outcomes = await runContract(moto.endpoint, ({ test, passed, says }) => {
      if (!passed) console.log(`${isListed(test) ? 'differs ' : 'FAILS   '} ${test}\n           ${says}`);
    });
    writeFileSync(join(cacheFolder('logs'), 'moto-outcomes.json'), JSON.stringify(outcomes, undefined, 2));
    const { passed, differed, unexpected, stale } = judge(outcomes, MOTO_DIFFERENCES);
    for (const text of unexpected) console.log(`not listed: ${text}`);
    for (const text of stale) console.log(`stale entry: ${text}`);
    console.log(
      `${outcomes.length} tests: ${passed} passed, ${differed} differed as the list says (${MOTO_DIFFERENCES.length} entries), ` +
        `${unexpected.length} unexpected; ${stale.length} stale entries`,
    );
    if (outcomes.length === 0 || unexpected.length > 0 || stale.length > 0) process.exitCode = 1;
  } finally {
    await moto.stop();
  }
};

if (page) writePage();
else await verify();
