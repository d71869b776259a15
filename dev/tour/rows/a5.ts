import assert from 'node:assert/strict';
import type { HypervisorView, JobView } from '../../../core/contracts/api.ts';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import { runInstance } from '../instances.ts';
import { anyPoint } from '../jobs.ts';
import type { Row } from '../row.ts';

export const a5: Row = {
  row: 'A5',
  title: 'a bound tenant’s view hides the service side; an operator sees all',
  async run(tour) {
    const { operator } = tour;
    const [acme, globex, service, second] = [
      await tour.acme(),
      await tour.globex(),
      await tour.service(),
      await tour.second(),
    ];
    const instanceId = async () => (await runInstance(tour, acme)).instanceId;
    const pointId = await anyPoint(acme, instanceId);
    const absent = await acme.run(['backup', 'start', 'i-0123456789abcdef0', '--wait', '--json']);
    const failed = JSON.parse(absent.stdout) as JobView;
    assert.equal(failed.state, 'failed');

    const answers: string[] = [absent.stdout];
    const { getOwnHypervisor, listJobs, getJob, listRecoveryPoints, getRecoveryPoint, ...more } = tenantRoutes;
    const { planRetention, listVmGroups, listPlans, previewRestore } = more;
    const hear = async (answer: Promise<unknown>) => answers.push(JSON.stringify(await answer));
    await hear(acme.api.call(getOwnHypervisor, {}));
    await hear(acme.api.call(listJobs, {}));
    await hear(acme.api.call(getJob, { params: { jobId: failed.jobId } }));
    await hear(acme.api.call(listRecoveryPoints, { query: { state: 'all' } }));
    await hear(acme.api.call(getRecoveryPoint, { params: { recoveryPointId: pointId } }));
    await hear(acme.api.call(planRetention, {}));
    await hear(acme.api.call(listVmGroups, {}));
    await hear(acme.api.call(listPlans, {}));
    await hear(acme.api.call(previewRestore, { body: { recoveryPointId: pointId } }));
    for (const command of [
      ['hypervisor', 'show'],
      ['job', 'list'],
      ['job', 'show', failed.jobId],
      ['recovery-point', 'list'],
      ['recovery-point', 'show', pointId],
      ['restore', 'start', pointId, '--purpose', 'replication'],
      ['restore', 'start', pointId, '--purpose', 'replication', '--dry-run'],
      ['restore', 'start', 'rp-00000000000000000000000000000000'],
      ['hypervisor', 'list'],
      ['hypervisor', 'show', service.hypervisorId],
    ]) {
      const { stdout, stderr } = await acme.run(command);
      answers.push(`holdfast ${command[0]} ${command[1]}: ${stdout}${stderr}`);
    }

    // Bound to nobody: what is missing is the provider's, and so is its name.
    const unbound = await (await tour.newcomer()).run(['backup', 'start', 'i-0123456789abcdef0']);
    assert.match(unbound.stderr, /TenantNotBound/);
    answers.push(unbound.stdout + unbound.stderr);

    const accounts = [service.accountId, second.accountId, globex.accountId];
    const ids = [service, second, globex].map(({ hypervisorId }) => hypervisorId);
    const words = ['access node', 'MediaAgent', 'executionArn', 'requestedBy', 'accessNodes', 'sqs', 's3://'];
    const hidden = [...accounts, ...ids, service.libraryId ?? '', service.library ?? '', ...words];
    for (const answer of answers) {
      const shown = hidden.filter((word) => word !== '' && answer.toLowerCase().includes(word.toLowerCase()));
      // its own words come back to who said them
      const said = answer.includes('hypervisor show') ? [service.hypervisorId] : [];
      assert.deepEqual(
        shown.filter((word) => !said.includes(word)),
        [],
        `a tenant reads what it must not: ${answer}`,
      );
    }

    const own = await operator.ask<HypervisorView>(['hypervisor', 'show', service.hypervisorId]);
    assert.ok(own.library && own.queues && own.accessNodes);
    const seen = await operator.ask<HypervisorView>(['hypervisor', 'show', acme.hypervisorId]);
    assert.equal(seen.boundTo, service.hypervisorId);
    const job = await operator.ask<JobView>(['job', 'show', failed.jobId, '--tenant', acme.hypervisorId]);
    assert.ok(job.executionArn && job.requestedBy);
    return `${answers.length} answers of API and command that a tenant can get, refusals among them, name no access node, MediaAgent, library, transport, service account or other hypervisor; the operator sees each of them`;
  },
};
