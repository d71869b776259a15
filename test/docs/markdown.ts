import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../..');

export interface Page {
  /** From the project's folder, like `docs/jobs.md`. */
  readonly path: string;
  readonly text: string;
}

/** Every page that a reader is sent to: `docs/` with its folders, README.md and SECURITY.md. */
export const readPages = (): readonly Page[] =>
  readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .concat('README.md', 'SECURITY.md')
    .map((path) => ({ path: relative('.', path), text: readFileSync(join(PROJECT, path), 'utf8') }));

/** One thing found on a page, with the line that it stands in. */
export interface Found {
  readonly line: number;
  readonly text: string;
}

const FENCE = /^\s*```/;

/** The lines of a page: whether each is inside a fenced block. */
const fencedLines = (text: string): readonly (Found & { readonly fenced: boolean })[] => {
  let fenced = false;
  return text.split('\n').flatMap((line, index) => {
    if (!FENCE.test(line)) return [{ text: line, line: index + 1, fenced }];
    fenced = !fenced;
    return [];
  });
};

/** Lines of fenced blocks; those that a backslash continues are one. */
export const blockLines = ({ text }: Page): readonly Found[] => {
  const joined: Found[] = [];
  let open: Found | undefined;
  for (const { line, text: words, fenced } of fencedLines(text)) {
    if (!fenced) continue;
    const whole: Found = open ? { line: open.line, text: open.text + words.trimStart() } : { line, text: words };
    open = whole.text.endsWith('\\') ? { line: whole.line, text: whole.text.slice(0, -1) } : undefined;
    if (!open) joined.push(whole);
  }
  return joined;
};

/** What stands between backticks outside of blocks, also over the end of a line. */
export const inlineCode = ({ text }: Page): readonly Found[] => {
  const outside = fencedLines(text).filter(({ fenced }) => !fenced);
  // a table's row and an empty line end what was begun, so that a stray backtick does not turn the page inside out
  const paragraphs: Found[] = [];
  for (const { line, text: words } of outside) {
    const last = paragraphs.at(-1);
    if (last && words.trim() && !words.startsWith('|') && !last.text.startsWith('|') && last.text)
      paragraphs[paragraphs.length - 1] = { line: last.line, text: `${last.text}\n${words}` };
    else paragraphs.push({ line, text: words });
  }
  return paragraphs.flatMap(({ line, text: words }) =>
    [...words.matchAll(/`([^`]+)`/g)].map((match) => ({
      line: line + words.slice(0, match.index).split('\n').length - 1,
      text: (match[1] ?? '').replaceAll(/\s+/g, ' '),
    })),
  );
};

/** Where the page's links lead: `other.md#heading`, `#heading`, addresses. */
export const links = ({ text }: Page): readonly Found[] =>
  fencedLines(text)
    .filter(({ fenced }) => !fenced)
    .flatMap(({ line, text: words }) =>
      [...words.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ line, text: match[1] ?? '' })),
    );

/** The names under which a page's headings are linked to, as GitHub makes them. */
export const anchors = ({ text }: Page): ReadonlySet<string> =>
  new Set(
    fencedLines(text)
      .filter(({ fenced, text: words }) => !fenced && /^#+ /.test(words))
      .map(({ text: words }) =>
        words
          .replace(/^#+ /, '')
          .trim()
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .replaceAll(' ', '-'),
      ),
  );
