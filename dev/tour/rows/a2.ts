import assert from 'node:assert/strict';
import { EXIT } from '../../../cli/exit-codes.ts';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { operatorRoutes } from '../../../core/contracts/api.ts';
import type { Row } from '../row.ts';

const ONLY_TWO = /must be assume-role or access-key/;

export const a2: Row = {
  row: 'A2',
  title: 'a tenant hypervisor authenticates by access key or AssumeRole; an IAM role is refused',
  async run(tour) {
    const { operator } = tour;
    const { accountId, region } = await tour.service();
    const methods = [];
    for (const { hypervisorId } of [await tour.acme(), await tour.globex()])
      methods.push((await operator.ask<HypervisorView>(['hypervisor', 'show', hypervisorId])).authMethod);
    assert.deepEqual(methods, ['assume-role', 'access-key']);

    const command = ['hypervisor', 'add', 'tenant', '--name', 'tour', '--account', accountId, '--auth', 'iam-role'];
    const said = await operator.run(command);
    assert.deepEqual([said.exitCode, ONLY_TWO.test(said.stderr)], [EXIT.usage, true], said.stderr);
    // And past the command, which looks at the contract before it sends: even in the deployment's own account.
    const body = { kind: 'tenant', name: 'tour', accountId, region, auth: { method: 'iam-role' } } as never;
    const outcome = await operator.api.call(operatorRoutes.addHypervisor, { body }).then(
      async ({ hypervisorId }) => {
        await operator.ask(['hypervisor', 'remove', hypervisorId]);
        return 'added';
      },
      (error: Error) => `${error.name}: ${error.message}`,
    );
    assert.match(outcome, /^InvalidRequest: /, 'an IAM role for a tenant is refused by the API');
    assert.match(outcome, ONLY_TWO);
    return 'one tenant was added by AssumeRole, one by access key; an IAM role is refused by command and API, naming the two that are allowed';
  },
};
