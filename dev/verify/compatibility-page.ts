import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Difference, MOTO_DIFFERENCES } from './moto-differences.ts';

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

const line = (each: Difference): string =>
  `- ${words(each)}${each.sometimes ? ' (sometimes)' : ''}\n  - moto: ${each.moto}\n  - AWS: ${each.aws} [Evidence](${each.evidence})`;

const listOfDifferences = (): string => MOTO_DIFFERENCES.map(line).join('\n');

/** The page as it is, and as the list of differences says that it should be. */
export const readPage = (): { readonly is: string; readonly shouldBe: string } => {
  const is = readFileSync(PAGE, 'utf8');
  const [from, to] = [is.indexOf(START), is.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the lines ${START} and ${END}`);
  return { is, shouldBe: `${is.slice(0, from + START.length)}\n\n${listOfDifferences()}\n\n${is.slice(to)}` };
};

export const writePage = (): void => writeFileSync(PAGE, readPage().shouldBe);
