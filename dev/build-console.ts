/** `npm run build:console`: the console's page, to console/dist. `--if-older`: only where a source is newer than it. */
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const projectDir = join(import.meta.dirname, '..');
export const consolePageDir = join(projectDir, 'console/dist');
const SOURCES = [
  'console/**/*.{ts,tsx,css,html,svg}',
  'core/**/*.ts',
  'cli/*.ts',
  'statemachines/*.yaml',
  'package-lock.json',
];

const newest = (): number =>
  Math.max(
    ...globSync(SOURCES, { cwd: projectDir, exclude: ['console/dist/**'] }).map(
      (file) => statSync(join(projectDir, file)).mtimeMs,
    ),
  );

const isFresh = (): boolean => {
  const page = join(consolePageDir, 'index.html');
  return existsSync(page) && statSync(page).mtimeMs > newest();
};

/** Built apart and put there whole: tests that run side by side may build it at the same time, or read it meanwhile. */
const replacePage = (built: string): void => {
  const former = `${built}-former`;
  if (existsSync(consolePageDir)) renameSync(consolePageDir, former);
  renameSync(built, consolePageDir);
  rmSync(former, { recursive: true, force: true });
};

export const buildConsole = async ({ ifOlder }: { readonly ifOlder: boolean }): Promise<void> => {
  if (ifOlder && isFresh()) return;
  // here, for it takes half a second
  const { build } = await import('vite');
  const cache = join(projectDir, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outDir = mkdtempSync(join(cache, 'console-'));
  await build({
    configFile: join(projectDir, 'console/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  replacePage(outDir);
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildConsole({ ifOlder: process.argv.includes('--if-older') });
