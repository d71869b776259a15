/** The page against a server of the contract alone, which says what no API should say, or nothing, when a test wants it so. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ACME } from '../api/world-records.ts';
import { credentialsOf } from '../cli/api-server.ts';
import { type ContractServer, startContractServer } from '../cli/contract-server.ts';
import { SERVICE, TENANT } from '../cli/sample-ids.ts';
import { groupView, operatorPlanView } from '../cli/sample-plans.ts';
import { checkAccess, chooseFromMenu, type Visit, visit } from './browser.ts';

interface Visited extends Visit {
  readonly api: ContractServer;
}

const asOperator = async (t: TestContext): Promise<Visited> => {
  const api = await startContractServer(t);
  // the samples' year is long ago: each hour since then would be drawn
  api.answers.set('operator listRecentJobs', { since: new Date().toISOString(), items: [] });
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentialsOf(ACME);
  const user = { accessKeyId, secretAccessKey };
  return { api, ...(await visit(t, { apiUrl: api.url, region: 'eu-central-1', user })) };
};

const said = (status: number, message: string) => ({ status, body: JSON.stringify({ message }) });
const EXPIRED = said(403, 'The security token included in the request is expired');

test('what cannot be shown takes nothing else with it: a part of the overview, a page, a script that is not there', async (t) => {
  const { api, page, origin } = await asOperator(t);
  api.interfere = ({ name }) => (name === 'operator getHealth' ? { status: 200, body: '{}' } : undefined);
  await page.goto(`${origin}/overview`);
  await page.getByText('This cannot be shown').waitFor();
  await page.getByRole('heading', { name: 'Access nodes' }).waitFor();
  await page.getByRole('heading', { name: 'Instances', exact: true }).waitFor();
  assert.equal(await page.getByText('This cannot be shown').count(), 1);
  const level = page.locator('h1').locator('xpath=ancestor::*[3]').locator('[class*=status-success]');
  assert.equal(await level.count(), 0, 'what is not known is not well');
  await checkAccess(page, 'a part that cannot be shown');

  api.interfere = ({ name }) =>
    name === 'operator listAccessNodes' ? { status: 200, body: '{"items":[7,null]}' } : undefined;
  await page.goto(`${origin}/access-nodes`);
  await page.getByText('This cannot be shown').waitFor();
  await chooseFromMenu(page, 'Plans');
  await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
  assert.equal(await page.getByText('This cannot be shown').count(), 0, 'another page is tried anew');

  api.interfere = () => undefined;
  await page.goto(`${origin}/hypervisors/${SERVICE}?features=__proto__,constructor,restore`);
  await page.getByRole('heading', { level: 1, name: 'vault' }).waitFor();
  assert.equal(await page.getByText('This cannot be shown').count(), 0);

  await page.goto(`${origin}/overview`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.route('**/assets/jobs-*', (route) => route.abort());
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  await page.getByText('A part of the console could not be loaded').waitFor();
  await page.unroute('**/assets/jobs-*');
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();

  await page.route('**/assets/main-*.js', (route) => route.abort());
  await page.reload();
  await page.getByText('The console could not be loaded').waitFor();
});

test('what is old says so, whatever the reason, and what to do about it', async (t) => {
  const { api, page, origin } = await asOperator(t);
  for (const [answer, header, remedy] of [
    [EXPIRED, 'The API does not let you in any more', 'Renew the credentials'],
    [said(429, 'Too Many Requests'), 'What is shown could not be asked for again', 'It is asked again by itself.'],
    [said(400, 'no'), 'What is shown could not be asked for again', 'Ask again'],
    [said(503, 'Service Unavailable'), 'No answer from the API', 'It is asked again by itself.'],
  ] as const) {
    api.interfere = () => undefined;
    await page.goto(`${origin}/plans?tenant=${TENANT}`);
    await page.getByText('nightly').first().waitFor();
    // as if somebody came back to it, again and again
    await page.evaluate("globalThis.beat = setInterval(() => dispatchEvent(new Event('visibilitychange')), 500)");
    api.interfere = () => answer;
    await page.getByText(header).waitFor();
    await page.getByText(remedy).first().waitFor();
    await page.getByText(/What is shown is of \d/).waitFor();
    await page.getByText('nightly').first().waitFor();
    await page.evaluate('clearInterval(globalThis.beat)');
    api.interfere = () => undefined;
    const again = page.getByRole('button', { name: 'Ask again' });
    if (await again.isVisible()) await again.click();
    await page.getByText(header).waitFor({ state: 'detached' });
  }
});

test('an outage at the start is no question of who asks, and ends by itself', async (t) => {
  const { api, page, origin } = await asOperator(t);
  api.interfere = () => said(503, 'Service Unavailable');
  await page.goto(`${origin}/plans`);
  await page.getByText('No answer from the API').waitFor();
  assert.equal(await page.getByText('does not know you').count(), 0);
  await checkAccess(page, 'an outage at the start');
  api.interfere = () => undefined;
  await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();

  api.interfere = () => EXPIRED;
  await page.goto(`${origin}/plans`);
  await page.getByText('The API does not know you').waitFor();
});

test('what somebody else saves meanwhile neither takes away what is typed nor is written over', async (t) => {
  const { api, page, origin } = await asOperator(t);
  for (const { address, get, replace, view } of [
    {
      address: `plans/${operatorPlanView.planId}`,
      get: 'tenant getPlan',
      replace: 'tenant replacePlan',
      view: operatorPlanView,
    },
    {
      address: `vm-groups/${groupView.groupId}`,
      get: 'tenant getVmGroup',
      replace: 'tenant replaceVmGroup',
      view: groupView,
    },
  ]) {
    await page.goto(`${origin}/tenants/${TENANT}/${address}`);
    const name = page.getByLabel('Name', { exact: true }).first();
    await name.fill('typed');
    const theirs = { ...view, name: 'theirs', updatedAt: '2026-02-02T02:02:02.000Z' };
    api.answers.set(get, theirs);
    const detail = 'The plan was changed at 2026-02-02T02:02:02.000Z, after it was read.';
    api.answers.set(replace, { status: 409, code: 'Conflict', title: 'Conflict', detail, field: 'ifUpdatedAt' });
    // as if somebody came back to it, until what is older than a second is asked for again
    const asked = page.waitForRequest((request) => request.method() === 'GET');
    await page.evaluate("globalThis.beat = setInterval(() => dispatchEvent(new Event('visibilitychange')), 500)");
    await asked;
    await page.evaluate('clearInterval(globalThis.beat)');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody else has changed it meanwhile').waitFor();
    assert.equal(await name.inputValue(), 'typed');
    const [sent] = api.seen.filter((seen) => seen.name === replace);
    assert.deepEqual(sent?.query, { ifUpdatedAt: view.updatedAt });
    await checkAccess(page, 'somebody else has changed it');
    await page.getByRole('button', { name: 'Read it as it is now' }).click();
    await page.getByRole('heading', { level: 1, name: 'theirs' }).waitFor();
    assert.equal(await name.inputValue(), 'theirs');
  }
});
