import { z } from 'zod';
import { operation } from '../kernel/service.ts';

/** Who calls. Needs no permission, and none can be taken away. */
export const getCallerIdentity = operation({
  name: 'GetCallerIdentity',
  input: z.strictObject({}),
  access: () => [],
  run: (_input, { principal }) => ({
    UserId: principal.userId,
    Account: principal.accountId,
    Arn: principal.arn,
  }),
});
