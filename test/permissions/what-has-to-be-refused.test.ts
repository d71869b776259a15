/** The corpus of denials, against the shipped documents: all refused, and nothing can be let go without one that is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowed } from '../../dev/permissions/decide.ts';
import { denialsOf, isDenied } from '../../dev/permissions/denials.ts';
import { shippedDocuments } from '../../dev/permissions/documents.ts';
import { examplesOf } from '../../dev/permissions/examples.ts';
import { reasonFor } from '../../dev/permissions/exceptions.ts';
import { mutationsOf } from '../../dev/permissions/mutations.ts';
import { noticedByDenials } from '../../dev/permissions/notice.ts';
import { TENANT } from '../../dev/permissions/place.ts';
import { nameOf } from '../../dev/permissions/shipped.ts';
import { namedBy } from '../../dev/permissions/strangers.ts';

const documents = shippedDocuments();
const denials = denialsOf(documents);

test('what a statement is for is allowed: its refusals are not those of a question that is refused anyway', (t) => {
  let asked = 0;
  for (const document of documents)
    for (const statement of document.statements.filter(({ Effect }) => Effect === 'Allow'))
      for (const { access } of examplesOf(statement, document.of?.arn)) {
        const who = document.holder
          ? [document.holder]
          : namedBy(document, statement).map(({ principal }) => principal);
        assert.ok(who.length > 0, document.name);
        for (const principal of who) {
          asked++;
          assert.ok(
            isAllowed(document, { principal, access }),
            `${document.name}, ${nameOf(statement)}: ${access.action} on ${access.resource} by ${principal.arn}`,
          );
        }
      }
  t.diagnostic(`${asked} questions that statements are for: all allowed`);
  assert.ok(asked >= 600, String(asked));
});

test('nothing that has to be refused is allowed', (t) => {
  assert.equal(new Set(denials.map(({ name }) => name)).size, denials.length, 'each has a name of its own');
  const allowed = denials.filter((denial) => !isDenied(denial)).map(({ name }) => name);
  const inTenant = denials.filter(({ document }) => (document.holder ?? document.of)?.accountId === TENANT);
  t.diagnostic(
    `${denials.length} denials, ${inTenant.length} of them in a tenant’s account: ${allowed.length} allowed`,
  );
  assert.deepEqual(allowed, []);
  assert.ok(inTenant.length >= 500, String(inTenant.length));
});

test('every condition that is removed and every resource that is widened lets something in that has to be refused', (t) => {
  const noticed = noticedByDenials(mutationsOf(documents), denials);
  const missed = noticed.filter(({ by }) => by.length === 0).map(({ mutation }) => mutation.name);
  const excused = missed.filter((name) => reasonFor(name) !== undefined);
  const byKind = noticed.filter(({ onlyByKind }) => onlyByKind).length;
  t.diagnostic(
    `${noticed.length} mutations: ${noticed.length - missed.length} noticed (${byKind} only on another kind of resource), ${excused.length} not for a reason, ${missed.length - excused.length} by nobody`,
  );
  assert.deepEqual(
    missed.filter((name) => reasonFor(name) === undefined),
    [],
  );
  assert.ok(noticed.length >= 300, String(noticed.length));
});
