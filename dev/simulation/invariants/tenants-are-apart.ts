import { DescribeTagsCommand } from '@aws-sdk/client-ec2';
import type { Invariant } from './invariant.ts';

/** Nothing in a tenant's account or library names another tenant: no tag, no object. */
export const tenantsAreApart: Invariant = {
  name: 'tenants are apart',
  async check(run, ledgers) {
    const wrong: string[] = [];
    for (const { tenantId, accountId, jobs, points } of ledgers) {
      const others = ledgers.filter((other) => other.tenantId !== tenantId);
      const person = run.tenants.find((tenant) => tenant.accountId === accountId);
      const { Tags = [] } = (await person?.ec2.send(new DescribeTagsCommand({}))) ?? {};
      for (const { ResourceId, Key, Value = '' } of Tags)
        for (const other of others)
          if (other.tenantId === Value || other.jobs.some(({ jobId }) => jobId === Value))
            wrong.push(`${ResourceId} in ${accountId} carries ${Key} of ${other.tenantId}`);
      for (const record of [...jobs, ...points])
        if (record.tenantId !== tenantId) wrong.push(`a record of ${record.tenantId} is among those of ${tenantId}`);
    }
    return wrong;
  },
};
