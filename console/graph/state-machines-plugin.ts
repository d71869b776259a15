import type { Plugin } from 'vite';
import { parse } from 'yaml';
import { type Asl, drawnMachine } from './machine.ts';

/** `import backup from '….asl.yaml'`: the very file that is deployed, cut down to what is drawn of it. */
export const stateMachines = (): Plugin => ({
  name: 'holdfast-state-machines',
  transform(text, id) {
    if (!id.endsWith('.asl.yaml')) return null;
    const machine = drawnMachine(parse(text, { merge: true }) as Asl);
    return { code: `export default ${JSON.stringify(machine)};`, map: null };
  },
});
