/** The corpus of denials, put to the very authoriser that decides calls, with the roles as they are deployed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denialsOf } from '../../dev/permissions/denials.ts';
import { shippedDocuments } from '../../dev/permissions/documents.ts';
import { PLACE } from '../../dev/permissions/place.ts';
import type { Principal } from '../../local/kernel/service.ts';
import { deployAll } from './deployed.ts';

test('what has to be refused is refused to the roles as they are deployed, in a session or without', async (t) => {
  const { admin, kernel } = await deployAll(t);
  const documents = shippedDocuments().filter(({ holder }) => admin.role(holder?.roleArn ?? ''));
  const roles = new Set(documents.map(({ holder }) => holder?.roleArn));
  const open: string[] = [];
  let asked = 0;
  for (const { document, name, access } of denialsOf(documents)) {
    const role = admin.principalForRole(document.holder?.roleArn ?? '', 'session');
    const principal: Principal =
      document.kind === 'session'
        ? { ...role, sessionPolicies: [{ Version: '2012-10-17', Statement: document.statements }] }
        : role;
    asked++;
    try {
      kernel.authorise(principal, PLACE.region, [access]);
      open.push(name);
    } catch (error) {
      assert.match((error as Error).message, /is not authorized to perform/, name);
    }
  }
  t.diagnostic(`${asked} questions to ${roles.size} deployed roles: ${open.length} allowed`);
  assert.deepEqual(open, []);
  assert.ok(roles.size >= 19, [...roles].join());
});
