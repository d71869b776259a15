import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Words } from './aws-words.ts';
import type { Difference } from './difference.ts';
import { MOTO_DIFFERENCES } from './moto-differences.ts';

const PAGE = join(import.meta.dirname, '../../docs/compatibility.md');
const START = '<!-- moto: written by npm run verify:moto -- --page -->';
const END = '<!-- end of moto -->';

/** Names of tests without what makes them patterns. */
const words = ({ test }: Difference): string =>
  test.source
    .replaceAll('\\/', '/')
    .replaceAll(/[\\^]|\.\*/g, '')
    .replaceAll('|', ', ')
    .replace(/[([{ ]+$/, '');

const quoted = ({ says, where }: Words): string =>
  where.startsWith('https:') ? `“${says}” ([page](${where}))` : `“${says}” (documentation of \`${where}\`)`;

const line = (each: Difference): string => {
  const { moto, aws, evidence, open, sometimes } = each;
  const found = [...evidence.map(quoted), open ?? (evidence.length === 0 ? 'Not looked up.' : '')].filter(Boolean);
  return `- ${words(each)}${sometimes ? ' (sometimes)' : ''}\n  - moto: ${moto}\n  - AWS: ${aws}\n  - Evidence: ${found.join('; ')}`;
};

const listOfDifferences = (): string => MOTO_DIFFERENCES.map(line).join('\n');

/** The page as it is, and as the list of differences says that it should be. */
export const readPage = (): { readonly is: string; readonly shouldBe: string } => {
  const is = readFileSync(PAGE, 'utf8');
  const [from, to] = [is.indexOf(START), is.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the lines ${START} and ${END}`);
  return { is, shouldBe: `${is.slice(0, from + START.length)}\n\n${listOfDifferences()}\n\n${is.slice(to)}` };
};

export const writePage = (): void => writeFileSync(PAGE, readPage().shouldBe);
