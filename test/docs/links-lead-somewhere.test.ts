import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { anchors, inlineCode, links, PROJECT, readPages } from './markdown.ts';

const pages = readPages();
const anchorsOf = new Map(pages.map((page) => [page.path, anchors(page)]));

/** What is made on this machine, and not in the repository. */
const BUILT = /^console\/dist(\/|$)/;
/** A path of the project between backticks, with at least one folder that exists. */
const PATH =
  /^(?:access-node|adapters|bench|cli|console|core|dev|docs|events|functions|infra|library|local|statemachines|test|\.ci)\/[\w./*-]*$/;

describe('what the docs refer to', () => {
  it('is a page that exists, and a heading of it', () => {
    const wrong = pages.flatMap((page) =>
      links(page).flatMap(({ line, text }) => {
        if (/^(https?|mailto):/.test(text)) return [];
        const [file, heading] = text.split('#', 2);
        const path = file ? join(dirname(page.path), file) : page.path;
        if (!existsSync(join(PROJECT, path))) return [`${page.path}:${line}: ${path} is not there`];
        if (heading && !anchorsOf.get(path)?.has(heading)) return [`${page.path}:${line}: ${path} has no #${heading}`];
        return [];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it('is a file or folder of the project; a name may be cut short, as test/core/flows-*', () => {
    const wrong = pages.flatMap((page) =>
      inlineCode(page).flatMap(({ line, text }) => {
        if (!PATH.test(text) || BUILT.test(text)) return [];
        const found =
          existsSync(join(PROJECT, text)) || globSync(text.replace(/\/?$/, '*'), { cwd: PROJECT }).length > 0;
        return found ? [] : [`${page.path}:${line}: ${text} is not there`];
      }),
    );
    assert.deepEqual(wrong, []);
  });
});
