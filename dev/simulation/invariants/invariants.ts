import { readLedgers } from '../ledger.ts';
import type { Run } from '../run.ts';
import { jobsHaveEnded } from './jobs-have-ended.ts';
import { leasesAreFree } from './leases-are-free.ts';
import { noShareIsOpen } from './no-share-is-open.ts';
import { noUploadIsOpen } from './no-upload-is-open.ts';
import { nothingIsElsewhere } from './nothing-is-elsewhere.ts';
import { nothingIsLeftBehind } from './nothing-is-left-behind.ts';
import { pointsAreSettled } from './points-are-settled.ts';
import { pointsCanBeRead } from './points-can-be-read.ts';
import { recordsAreClosed } from './records-are-closed.ts';
import { tenantsAreApart } from './tenants-are-apart.ts';

/** To add one is to add a line. */
const invariants = [
  jobsHaveEnded,
  leasesAreFree,
  pointsAreSettled,
  nothingIsLeftBehind,
  noShareIsOpen,
  noUploadIsOpen,
  recordsAreClosed,
  nothingIsElsewhere,
  pointsCanBeRead,
  tenantsAreApart,
];

/** What does not hold, each with its invariant's name. */
export const broken = async (run: Run): Promise<readonly string[]> => {
  const ledgers = await readLedgers(run);
  const wrong: string[] = [];
  for (const { name, check } of invariants)
    for (const what of await check(run, ledgers)) wrong.push(`${name}: ${what}`);
  return wrong;
};
