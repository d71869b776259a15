/** The built page: its files are read by name from a list made at the start, so that no path leads out of the folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
  /** Its name tells its content: it never changes. */
  readonly lasting: boolean;
}

export interface Page {
  /** The file of that path; the page itself for every address within it; undefined where there is nothing. */
  find(path: string): PageFile | undefined;
}

/** Errors: of the file system, if the folder is not there. */
export const readPage = (dir: string): Page => {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(dir.length).replaceAll('\\', '/')] : [],
  );
  const known = new Set(names);
  const read = (name: string): PageFile => ({
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    content: readFileSync(join(dir, name)),
    lasting: name.startsWith('/assets/'),
  });
  return {
    find(path) {
      if (known.has(path)) return read(path);
      return extname(path) === '' ? read('/index.html') : undefined;
    },
  };
};
