import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const look = (): string | undefined => [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path && existsSync(path));

/** Where a Chromium is: CHROMIUM, or the system's own, installed as Debian's package if need be. Throws where there is none. */
export const findChromium = (): string => {
  const found = look();
  if (found) return found;
  if (process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const installed = look();
  if (installed) return installed;
  throw new Error('There is no Chromium: install it (apt-get install chromium), or say in CHROMIUM where it is.');
};
