/**
 * The page's first script, a small one: who looks is asked while the rest is read; and as soon as that is known, the page that
 * this person sees first is read, and what it shows is asked for.
 */
import { FIRST } from './addresses.ts';
import { askEarly } from './api.ts';
import { firstAsked, type Who } from './ask-who.ts';

interface FirstPage {
  readonly read: () => Promise<unknown>;
  /** As the page itself asks it. */
  readonly asks: readonly string[];
}

const FIRST_PAGES: Readonly<Record<Who['kind'], FirstPage>> = {
  operator: {
    read: () => import('./pages/overview.tsx'),
    asks: [
      '/operator/protection?limit=25',
      '/operator/recent-jobs?limit=1000',
      '/operator/health',
      '/operator/hypervisors?limit=100',
      '/operator/library-growth?limit=100',
    ],
  },
  tenant: { read: () => import('./pages/instances.tsx'), asks: ['/instances?limit=50'] },
  approver: { read: () => import('./pages/approvals.tsx'), asks: [] },
};

const begin = async ({ kind }: Who): Promise<void> => {
  const { pathname, search } = location;
  if (search !== '' || (pathname !== '/' && pathname !== FIRST[kind])) return;
  const { read, asks } = FIRST_PAGES[kind];
  for (const address of asks) askEarly(address);
  await read();
};

/** It is `async`, for nothing is to hold it up: the page may still be read. */
const parsed = new Promise<void>((resolve) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => resolve());
  else resolve();
});
void parsed
  .then(() => import('./main.tsx'))
  .catch(() => document.getElementById('not-loaded')?.removeAttribute('hidden'));
// what goes wrong here is asked again, and said, where it is needed
firstAsked.then(begin).catch(() => {});
