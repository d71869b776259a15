import { openDirectory } from '../iam/directory.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { createCreateAlias, createListAliases } from './aliases.ts';
import { createCreateKey } from './create-key.ts';
import { createDecrypt } from './decrypt.ts';
import { createDescribeKey } from './describe-key.ts';
import { createEncrypt } from './encrypt.ts';
import { createGenerateDataKeys } from './generate-data-key.ts';
import { createCreateGrant, createListGrants, createRevokeGrant } from './grant-operations.ts';
import { openGrants } from './grants.ts';
import { createGetKeyPolicy, createPutKeyPolicy } from './key-policy.ts';
import { createCancelKeyDeletion, createScheduleKeyDeletion, createSwitches } from './key-state.ts';
import { openKeys } from './keys.ts';
import type { Kms } from './kms.ts';
import { createReEncrypt } from './re-encrypt.ts';

/** Symmetric keys with policies and grants. A key's secret never leaves; the store has it sealed. */
export const createKms: ServiceFactory = (kernel) => {
  const kms: Kms = { kernel, keys: openKeys(kernel, openDirectory(kernel)), grants: openGrants(kernel) };
  return {
    name: 'kms',
    protocol: 'aws-json',
    target: 'TrentService',
    eventSource: 'kms.amazonaws.com',
    operations: [
      createCreateKey(kms),
      createDescribeKey(kms),
      createCreateAlias(kms),
      createListAliases(kms),
      createEncrypt(kms),
      createDecrypt(kms),
      ...createGenerateDataKeys(kms),
      createReEncrypt(kms),
      createCreateGrant(kms),
      createRevokeGrant(kms),
      createListGrants(kms),
      ...createSwitches(kms),
      createScheduleKeyDeletion(kms),
      createCancelKeyDeletion(kms),
      createPutKeyPolicy(kms),
      createGetKeyPolicy(kms),
    ],
  };
};
