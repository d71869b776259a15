import type { Invitation } from '../../core/domain/invitation.ts';
import type { Invitations } from '../../core/ports/invitations.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const keyOf = (accountId: string): Key => ({ pk: 'INVITATIONS', sk: accountId });

export const createDynamoInvitations = (table: Table): Invitations => ({
  async invite(invitation) {
    const { accountId, name, region, features } = invitation;
    const key = keyOf(accountId);
    if (await table.create(key, invitation)) return invitation;
    // Records of invitations are never deleted: this one is there.
    const there = await table.update(key, { set: { name, region, ...(features ? { features } : {}) } });
    if (!there) throw new Error(`the invitation of ${accountId} was deleted from the table`);
    return recordOf<Invitation>(there);
  },
  async get(accountId) {
    const item = await table.get(keyOf(accountId));
    return item && recordOf<Invitation>(item);
  },
});
