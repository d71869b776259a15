import { assertRefusedByRule } from '../resource-rule.ts';
import type { Row } from '../row.ts';

export const o8: Row = {
  row: 'O8',
  title: 'a hotadd conversion cannot use an access node of another account',
  async run(tour) {
    await assertRefusedByRule(tour, { rule: 'O8', purpose: 'conversion', transport: 'hotadd' });
    return 'conversion by hotadd: refused for plans and restores, naming the account that an access node is needed in, and shown by dry runs; conversion by ebs-direct, which the rules allow, is refused as not available yet';
  },
};
