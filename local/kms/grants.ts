import type { Kernel, Principal } from '../kernel/service.ts';
import type { EncryptionContext, GrantRecord, KeyRecord } from './records.ts';

export interface Grants {
  put(key: KeyRecord, grant: GrantRecord): void;
  list(key: KeyRecord): GrantRecord[];
  delete(key: KeyRecord, grantId: string): boolean;
  /** Whether a grant lets the principal do this. */
  allow(key: KeyRecord, principal: Principal, action: string, context: EncryptionContext): boolean;
}

export const openGrants = ({ store }: Kernel): Grants => {
  const table = store.table<GrantRecord>('kms.grants');
  const prefixOf = (key: KeyRecord): string => `${key.region}/${key.keyId}/`;
  const list = (key: KeyRecord): GrantRecord[] => [...table.entries(prefixOf(key))].map(({ value }) => value);
  return {
    list,
    put: (key, grant) => table.put(prefixOf(key) + grant.grantId, grant),
    delete(key, grantId) {
      const id = prefixOf(key) + grantId;
      if (!table.get(id)) return false;
      table.delete(id);
      return true;
    },
    allow: (key, principal, action, context) =>
      list(key).some(
        (grant) =>
          grant.operations.includes(action) &&
          (grant.granteePrincipal === principal.arn || grant.granteePrincipal === principal.roleArn) &&
          constraintsHold(grant, action, context),
      ),
  };
};

/** Operations without an encryption context are not bound by one. */
const WITHOUT_CONTEXT = new Set(['DescribeKey', 'CreateGrant', 'RetireGrant']);

const constraintsHold = ({ constraints }: GrantRecord, action: string, context: EncryptionContext): boolean => {
  if (!constraints || WITHOUT_CONTEXT.has(action)) return true;
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = constraints;
  const includes = (wanted: EncryptionContext): boolean =>
    Object.entries(wanted).every(([name, value]) => context[name] === value);
  if (subset && !includes(subset)) return false;
  return !equals || (includes(equals) && Object.keys(context).length === Object.keys(equals).length);
};
