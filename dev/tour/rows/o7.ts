import { assertRefusedByRule } from '../resource-rule.ts';
import type { Row } from '../row.ts';

export const o7: Row = {
  row: 'O7',
  title: 'hotadd and import-export replication cannot use resources of another account',
  async run(tour) {
    for (const transport of ['hotadd', 'import-export'] as const)
      await assertRefusedByRule(tour, { rule: 'O7', purpose: 'replication', transport });
    return 'replication by hotadd and by import-export: refused for plans and restores, naming the account whose resources are needed, and shown by dry runs; a tenant’s request has no field for how data moves, and is refused with one';
  },
};
