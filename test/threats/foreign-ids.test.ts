/**
 * Every id in every call of a tenant, replaced by another tenant's: answered like one that never was, and the other
 * tenant's records stay as they were. The calls are the samples in events/, so a route without one is noticed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { samples, worldFor } from '../api/sample-world.ts';
import { ACME, acme, BOLT, bolt, SERVICE_SIDE } from '../api/world-records.ts';

/** Samples name tenant 1's records; here tenant 2 calls, and has records of its own. */
const ID = /\b(hv|job|rp|plan|vmg|apr|run)-0199aaaa-0000-7000-8000-0{11}1\b/g;
const numbered = (id: string, n: string): string => `${id.slice(0, -1)}${n}`;
const ABSENT = '7';

const tenantSamples = samples.filter(([, { path }]) => !/^\/(operator|approver)\b/.test(path));
const theirs = (world: ReturnType<typeof worldFor>): string =>
  JSON.stringify(
    Object.values(world.records)
      .flatMap((kept) => [...(kept as Iterable<unknown>)])
      .map((each) => JSON.stringify(each))
      .filter((text) => text.includes(acme.hypervisorId))
      .sort(),
  );

interface Sample {
  readonly httpMethod: string;
  readonly resource: string;
  readonly path: string;
  readonly body: string | null;
  readonly queryStringParameters: unknown;
}

/** The sample as tenant 2 sends it, about its own; the nth id that path, query and body name is of another. */
const sentBy2 = (sample: Sample, nth: number, of: string) => {
  let at = 0;
  const { path, queryStringParameters, body } = sample;
  const places = JSON.stringify({ path, queryStringParameters, body });
  const sent = places.replaceAll(ID, (id) => numbered(id, at++ === nth ? of : '2'));
  const rest = JSON.stringify(sample).replaceAll(ACME, BOLT);
  // the samples' own idempotency key would answer again what it answered before
  return { event: { ...JSON.parse(rest), ...JSON.parse(sent), headers: {} }, ids: at };
};

test('every id of every tenant’s route, of another tenant: answered as if there were none', async (t) => {
  const covered = new Set<string>();
  let asked = 0;
  for (const [name, sample] of tenantSamples) {
    const own = worldFor(name, [acme, bolt]);
    const before = theirs(own);
    const { event, ids } = sentBy2(sample, -1, '2');
    const { statusCode, body } = await own.tenantApi(event);
    assert.ok(statusCode < 300, `${name}, all its own: ${statusCode} ${body}`);
    assert.equal(theirs(own), before, `${name} of tenant 2 changes records of tenant 1`);
    covered.add(`${sample.httpMethod} ${sample.resource}`);
    for (let nth = 0; nth < ids; nth++) {
      const world = worldFor(name, [acme, bolt]);
      const answer = await world.tenantApi(sentBy2(sample, nth, '1').event);
      const none = await worldFor(name, [acme, bolt]).tenantApi(sentBy2(sample, nth, ABSENT).event);
      const plain = (text: string) => text.replaceAll(/(-0{11})[17]\b/g, '$1n');
      assert.equal(answer.statusCode, none.statusCode, `${name}, id ${nth}: ${answer.body}`);
      assert.equal(plain(answer.body), plain(none.body), `${name}, id ${nth}`);
      assert.ok([400, 404].includes(answer.statusCode), `${name}, id ${nth}: ${answer.statusCode} ${answer.body}`);
      assert.equal(theirs(world), before, `${name}, id ${nth} changes records of tenant 1`);
      for (const id of [ACME, ...SERVICE_SIDE]) assert.ok(!answer.body.includes(id), `${name} shows ${id}`);
      asked++;
    }
  }
  for (const { method, path } of Object.values(tenantRoutes)) assert.ok(covered.has(`${method} ${path}`), path);
  t.diagnostic(`${covered.size} routes, ${asked} ids of another tenant: 0 told from absent ones, 0 records touched`);
});
