/** `npm run build:console`: the console's page, to console/dist. `--if-older`: only where a source is newer than it. */
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const projectDir = join(import.meta.dirname, '..');
export const consolePageDir = join(projectDir, 'console/dist');
const SOURCES = [
  'console/**/*.{ts,tsx,css,html,svg}',
  'core/contracts/*.ts',
  'cli/{job-words,units}.ts',
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

export const buildConsole = async ({ ifOlder }: { readonly ifOlder: boolean }): Promise<void> => {
  if (ifOlder && isFresh()) return;
  // here, for it takes half a second
  const { build } = await import('vite');
  await build({ configFile: join(projectDir, 'console/vite.config.ts'), logLevel: 'warn' });
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildConsole({ ifOlder: process.argv.includes('--if-older') });
