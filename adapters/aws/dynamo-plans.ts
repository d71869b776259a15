import { PlanFields } from '../../core/contracts/plans.ts';
import type { Plan, PlanAction } from '../../core/domain/plan.ts';
import type { Plans } from '../../core/ports/plans.ts';
import { isEqual } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const partition = (hypervisorId: string): string => `HYPERVISOR#${hypervisorId}#PLAN`;
const keyOf = (hypervisorId: string, planId: string): Key => ({ pk: partition(hypervisorId), sk: planId });

/** What an operator or tenant may have set: a field that the new plan lacks is removed. */
const FIELDS = Object.keys(PlanFields.shape) as (keyof typeof PlanFields.shape)[];
const DUE = { backup: 'lastBackupDueAt', copy: 'lastCopyDueAt' } as const satisfies Record<PlanAction, keyof Plan>;

export const createDynamoPlans = (table: Table): Plans => ({
  add: (plan) => table.create(keyOf(plan.hypervisorId, plan.planId), plan),
  async get(hypervisorId, planId) {
    const item = await table.get(keyOf(hypervisorId, planId));
    return item && recordOf<Plan>(item);
  },
  list: (hypervisorId, page) =>
    readPage(table, partition(hypervisorId), page, false, async (rows) => rows.map((item) => recordOf<Plan>(item))),
  async replace(plan, ifUpdatedAt) {
    // Field by field: a run that is noted in between must not be forgotten.
    const fields = Object.fromEntries(FIELDS.map((field) => [field, plan[field]]));
    const set = { ...fields, createdAt: plan.createdAt, updatedAt: plan.updatedAt };
    const condition = ifUpdatedAt === undefined ? undefined : isEqual('updatedAt', ifUpdatedAt);
    return (await table.update(keyOf(plan.hypervisorId, plan.planId), { set }, condition)) !== undefined;
  },
  remove: (hypervisorId, planId) => table.delete(keyOf(hypervisorId, planId)),
  async noteDue(hypervisorId, planId, action, dueAt) {
    const field = DUE[action];
    await table.update(
      keyOf(hypervisorId, planId),
      { set: { [field]: dueAt } },
      { text: `attribute_not_exists(#${field}) OR #${field} < :dueAt`, values: { ':dueAt': dueAt } },
    );
  },
});
