import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { stateMachines } from './graph/state-machines-plugin.ts';
import { preload } from './preload-plugin.ts';

/** `npm run build:console`: everything that is loaded comes from the page's own origin, as its Content-Security-Policy wants it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), stateMachines(), preload(join(import.meta.dirname, 'main.tsx'))],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    // what the licences of all that is in it ask for: their texts beside it
    license: { fileName: 'licences.md' },
    // Cloudscape's styles by themselves have more
    chunkSizeWarningLimit: 1_500,
  },
});
