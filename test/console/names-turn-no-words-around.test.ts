import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiFailure, call, callGuarded } from '../../console/api.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';

/** Overrides, isolates and marks of direction, and what steers a terminal. */
const HOSTILE = 'invoice\u202efdp.exe \u2066x\u2069\u200f\u001b[2J';
const SHOWN = 'invoice\ufffdfdp.exe \ufffdx\ufffd\ufffd\ufffd[2J';

// of a browser, as much as the page's session wants
Object.assign(globalThis, {
  location: { hash: '#session=key', pathname: '/', search: '' },
  history: { replaceState: () => {} },
});
Object.defineProperty(globalThis, 'localStorage', { value: { getItem: () => null, setItem: () => {} } });

const answering = (t: TestContext, status: number, answer: unknown): void => {
  t.mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify(answer), { status }));
};

test('whatever the API answers, no name in it turns the words around it', async (t) => {
  const said = (name: string) => ({ items: [{ name, tags: { [name]: [name, 1, null, true] } }], next: 'a\tb\nc' });
  answering(t, 200, said(HOSTILE));
  assert.deepEqual(await call(tenantRoutes.listPlans), said(SHOWN));
  assert.deepEqual((await callGuarded(tenantRoutes.removePlan, { params: { planId: 'p' } })).done, said(SHOWN));
  assert.deepEqual(
    await call(tenantRoutes.listPlans, { asWritten: true }),
    said(HOSTILE),
    'what is changed and sent back',
  );
});

test('nor does a refusal', async (t) => {
  answering(t, 400, { code: 'InvalidRequest', detail: HOSTILE, field: 'name', remedy: HOSTILE });
  await assert.rejects(call(tenantRoutes.listPlans), (error: ApiFailure) => {
    assert.deepEqual([error.message, error.remedy, error.field], [SHOWN, SHOWN, 'name']);
    return error instanceof ApiFailure;
  });
});
