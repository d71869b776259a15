import assert from 'node:assert/strict';
import type { PermissionsReport } from '../../../core/contracts/api.ts';
import { ROLE_FEATURES, tenantPermissions } from '../../../infra/permissions/tenant-permissions.ts';
import type { PolicyDocument } from '../../../local/kernel/service.ts';
import type { Row } from '../row.ts';

const MISSING = 'ec2:CreateSnapshots';

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

const without = ({ Statement, ...policy }: Policy): PolicyDocument =>
  ({
    ...policy,
    Statement: Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((action) => action !== MISSING),
    })).filter(({ Action }) => Action.length > 0),
  }) as unknown as PolicyDocument;

export const a4: Row = {
  row: 'A4',
  title: 'JSON permissions are printed, exported as CloudFormation, checked, and a missing one is named',
  async run(tour) {
    const { operator, local } = tour;
    const shipped: Policy = tenantPermissions(ROLE_FEATURES);
    const printed = await operator.ask<Policy>(['permissions', 'print']);
    assert.deepEqual(printed, shipped);
    const service = await operator.ask<Policy>(['permissions', 'print', '--for', 'service']);
    assert.ok(service.Statement.length > 0);

    // The newcomer's account has what the printed template made, and nothing else.
    const { hypervisorId, accountId } = await tour.newcomer();
    const complete = await operator.ask<PermissionsReport>(['permissions', 'check', hypervisorId]);
    assert.deepEqual([complete.complete, complete.missing], [true, []]);

    const arn = `arn:aws:iam::${accountId}:role/holdfast-tenant`;
    const { trustPolicy } = local.cloud.admin.role(arn) ?? {};
    assert.ok(trustPolicy, arn);
    const grant = (permissions: PolicyDocument) =>
      local.cloud.admin.putRole({
        accountId,
        name: 'holdfast-tenant',
        trustPolicy,
        policies: { holdfast: permissions },
      });
    grant(without(shipped));
    try {
      const { exitCode, stdout } = await operator.run(['permissions', 'check', hypervisorId, '--json']);
      const report = JSON.parse(stdout) as PermissionsReport;
      assert.deepEqual([...new Set(report.missing.map(({ action }) => action))], [MISSING], 'what is missing is named');
      assert.equal(exitCode, 1);
      const words = await operator.run(['permissions', 'check', hypervisorId]);
      assert.match(words.stdout, /Missing: ec2:CreateSnapshots/);
    } finally {
      grant(shipped as unknown as PolicyDocument);
    }
    return `printed as they are shipped, for both sides; the printed CloudFormation was deployed in a new account and found complete (${complete.checked.length} permissions); with ${MISSING} taken away, the check names it and the statement to add`;
  },
};
