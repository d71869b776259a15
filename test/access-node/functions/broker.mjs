// A broker in little, over files in the folder HOLDFAST_TEST_STATE: orders/<id>.json is what a claim answers with.
// It counts claims, keeps the first outcome, and cancels what cancel/<id> names. Credentials are whatever
// credentials.json says at the moment.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.HOLDFAST_TEST_STATE;
const path = (kind, id) => join(folder, `${kind}-${id}.json`);
const read = (kind, id) => (existsSync(path(kind, id)) ? JSON.parse(readFileSync(path(kind, id), 'utf8')) : undefined);
const write = (kind, id, value) => writeFileSync(path(kind, id), JSON.stringify(value));

export const broker = async (request) => {
  const { operation, orderId, nodeId } = request;
  const { taskToken: _, ...noted } = request;
  appendFileSync(join(folder, 'requests.jsonl'), `${JSON.stringify(noted)}\n`);
  if (operation === 'registerNode' || operation === 'heartbeatNode')
    return { drain: existsSync(path('drain', nodeId)), heartbeatSeconds: 1 };
  if (operation === 'leaveNode') return {};
  const order = read('order', orderId);
  const held = read('held', orderId);
  const done = read('done', orderId);
  if (!order) return { outcome: 'gone', reason: 'there is no such order' };
  if (operation === 'claimOrder') {
    if (done) return { outcome: 'done', result: done };
    if (held && held.nodeId !== nodeId && Date.now() - held.at < order.heartbeatSeconds * 2_250)
      return { outcome: 'held' };
    const claim = (held?.claim ?? read('claims', orderId) ?? 0) + 1;
    write('held', orderId, { nodeId, claim, at: Date.now() });
    write('claims', orderId, claim);
    return { ...order, outcome: 'yours', claim, credentials: read('credentials', 'now') };
  }
  const ours = held?.claim === request.claim && held.nodeId === nodeId;
  if (operation === 'heartbeatOrder') {
    const cancelled = !ours || existsSync(path('cancel', orderId));
    if (ours) write('held', orderId, { ...held, at: Date.now() });
    const fresh = request.wantCredentials ? { credentials: read('credentials', 'now') } : {};
    return { cancelled, blockRate: order.blockRate, ...fresh };
  }
  if (operation === 'completeOrder') {
    if (done) return done;
    if (!ours) throw Object.assign(new Error('the claim was lost'), { name: 'FenceRaised' });
    const outcome = { orderId, claim: request.claim, resultKey: request.resultKey, counters: request.counters };
    write('done', orderId, outcome);
    return outcome;
  }
  if (ours) write('held', orderId, { ...held, nodeId: 'nobody', at: 0 });
  return {};
};
