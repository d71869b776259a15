import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { ApiFailure } from '../../console/api.ts';
import { pointQuery, pointsKey } from '../../console/parts/instances/points.ts';
import { draftOf, OF_ONE_TENANT, withDraft } from '../../console/parts/restore/draft.ts';
import { fateOf, forgetSent, isSettledBy, keepSent, sentOf, toSend } from '../../console/parts/restore/sent.ts';
import type { RecoveryPointView } from '../../core/contracts/api.ts';

const wish = (request: string) => ({
  request,
  address: '/restore?step=review',
  what: 'db01',
  at: '2026-11-23T03:00:00Z',
});
const [ONE, OTHER] = ['{"recoveryPointId":"rp-1"}', '{"recoveryPointId":"rp-2"}'];
const failure = (status: number) => new ApiFailure({ status, code: 'x', detail: 'x' });

const storeOf = () => {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
};

test('the same restore, sent again after a lost answer, has the same key; another one never has', () => {
  const first = toSend(undefined, wish(ONE));
  const again = toSend(first, { ...wish(ONE), at: '2026-11-23T03:05:00Z' });
  assert.equal(again.key, first.key);
  assert.equal(again.times, 2);
  assert.equal(again.at, first.at, 'of the first time');
  assert.notEqual(toSend(first, wish(OTHER)).key, first.key);
  assert.notEqual(toSend({ ...first, jobId: 'job-1' }, wish(ONE)).key, first.key, 'what was started is one more');
});

test('what becomes of a start is none, or known, or said not to be known', () => {
  const sent = toSend(undefined, wish(ONE));
  assert.equal(fateOf(undefined, ONE, false), 'none');
  assert.equal(fateOf(sent, ONE, true), 'pending');
  assert.equal(fateOf(sent, OTHER, true), 'pending', 'whatever is chosen meanwhile');
  assert.equal(fateOf(sent, ONE, false), 'unknown');
  assert.equal(fateOf(sent, OTHER, false), 'another', 'changing the choices does not make it known');
  assert.equal(fateOf({ ...sent, jobId: 'job-1' }, ONE, false), 'started');
  assert.equal(fateOf({ ...sent, jobId: 'job-1' }, OTHER, false), 'none');
});

test('only a refusal of what was sent once says that nothing was started', () => {
  const once = toSend(undefined, wish(ONE));
  const twice = toSend(once, wish(ONE));
  assert.ok(isSettledBy(failure(409), once));
  for (const error of [failure(0), failure(503), new SyntaxError('half an answer')])
    assert.ok(!isSettledBy(error, once), String(error));
  assert.ok(!isSettledBy(failure(403), twice), 'the first time may have come through');
});

test('it is kept by whose it is, and what cannot be read was not kept', () => {
  const store = storeOf();
  const sent = toSend(undefined, wish(ONE));
  keepSent(store, 'hv-acme', sent);
  assert.deepEqual(sentOf(store, 'hv-acme'), sent);
  assert.equal(sentOf(store, 'hv-globex'), undefined);
  for (const [name] of store.kept) store.kept.set(name, '{"key":1}');
  assert.equal(sentOf(store, 'hv-acme'), undefined);
  keepSent(store, 'hv-acme', sent);
  forgetSent(store, 'hv-acme');
  assert.equal(store.kept.size, 0);
});

test('no key is in the address, nor is one taken from it', () => {
  const search = new URLSearchParams('kind=in-place&intent=11111111-1111-4111-8111-111111111111&tenant=hv-1');
  assert.equal(withDraft(search, draftOf(search)).toString(), 'kind=in-place&tenant=hv-1');
});

test('nothing that was chosen for one tenant is in the address of the next', () => {
  const query =
    'tenant=hv-1&step=review&instance=i-1&job=job-1&intent=x&point=rp-1&kind=in-place&volumes=vol-1&name=n&subnet=s' +
    '&zone=z&groups=g&type=t&key=k&image=ami&replaced=remove&into=i-2&devices=d&from=library&tags=restore&kms=k' +
    '&deadline=5&purpose=conversion&transport=hotadd';
  const left = [...new URLSearchParams(query).keys()].filter((name) => !OF_ONE_TENANT.includes(name));
  assert.deepEqual(left, ['tenant']);
});

test('while a point is read, none is shown in its place; what changes one changes all of the tenant', () => {
  const queries = new QueryClient();
  const read = pointQuery('rp-1', 'hv-1');
  queries.setQueryData(read.queryKey, { recoveryPointId: 'rp-1' } as RecoveryPointView);
  const observer = new QueryObserver(queries, { ...read, enabled: false });
  assert.equal(observer.getCurrentResult().data?.recoveryPointId, 'rp-1');
  observer.setOptions({ ...pointQuery('rp-2', 'hv-1'), enabled: false });
  assert.equal(observer.getCurrentResult().data, undefined);
  assert.deepEqual(read.queryKey.slice(0, 2), [...pointsKey('hv-1')]);
});
