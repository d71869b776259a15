/**
 * EBS direct over a real socket, just enough of it to misbehave on purpose: what the local cloud's EBS has no reason to
 * do (cut bodies, silent sockets, chunked and closing answers).
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const BLOCK = 524_288;
export const blockOf = (index: number, version = 0): Buffer => {
  const block = Buffer.alloc(BLOCK, (index * 7 + version * 31 + 1) % 251);
  block.writeUInt32LE(index, 0);
  block.writeUInt32LE(version, 4);
  return block;
};
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
) => boolean | Promise<boolean>;

export interface SmallEbs {
  readonly endpoint: string;
  readonly requests: { method: string; url: URL; headers: IncomingMessage['headers']; body: Buffer; port: number }[];
  readonly written: Map<number, Buffer>;
  readonly completed: { headers: IncomingMessage['headers'] }[];
  /** Asked first for each request; answers true when it has dealt with it (or has left it hanging). */
  behave: Behaviour;
  /** Which blocks the snapshot has, and how many entries a page of a list holds. */
  blocks: number[];
  /** Of the second snapshot; `gone` have no second token. */
  changed: { index: number; gone?: boolean }[];
  pageEntries: number;
  /** Answers every second page of a list empty, with a token. */
  emptyPages: boolean;
  stop(): Promise<void>;
}

export const fail = (response: ServerResponse, status: number, code: string, more: object = {}): true => {
  response.writeHead(status, { 'x-amzn-errortype': code, 'content-type': 'application/json' });
  response.end(JSON.stringify({ __type: code, Message: `${code} of the test`, ...more }));
  return true;
};

export const startSmallEbs = async (): Promise<SmallEbs> => {
  const json = (response: ServerResponse, value: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const list = (url: URL, response: ServerResponse, name: string, entries: { BlockIndex: number }[]): void => {
    const token = url.searchParams.get('pageToken');
    const [position, empty] = token ? token.split('/') : [url.searchParams.get('startingBlockIndex') ?? '0', ''];
    const from = entries.filter(({ BlockIndex }) => BlockIndex >= Number(position));
    if (ebs.emptyPages && empty !== 'was-empty') {
      json(response, { [name]: [], NextToken: `${position}/was-empty` });
      return;
    }
    const page = from.slice(0, ebs.pageEntries);
    const next = from[ebs.pageEntries]?.BlockIndex;
    json(response, { [name]: page, ...(next === undefined ? {} : { NextToken: `${next}/` }) });
  };
  const answer = (request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer): void => {
    const [, , id, what, index] = url.pathname.split('/');
    if (request.method === 'GET' && what === 'blocks' && index !== undefined) {
      const block = blockOf(Number(index));
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': String(BLOCK),
        'x-amz-data-length': String(BLOCK),
        'x-amz-checksum': sha256(block).toString('base64'),
        'x-amz-checksum-algorithm': 'SHA256',
      });
      response.end(block);
    } else if (request.method === 'PUT' && what === 'blocks') {
      if (sha256(body).toString('base64') !== request.headers['x-amz-checksum'])
        return void fail(response, 400, 'ValidationException', { Reason: 'INVALID_PARAMETER_VALUE' });
      ebs.written.set(Number(index), body);
      response.writeHead(201, { 'content-length': '0' });
      response.end();
    } else if (request.method === 'POST' && id === 'completion') {
      ebs.completed.push({ headers: request.headers });
      response.writeHead(202, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ Status: 'completed' }));
    } else if (what === 'changedblocks') {
      const entries = ebs.changed.map(({ index, gone }) => ({
        BlockIndex: index,
        ...(gone ? { FirstBlockToken: `f${index}` } : { SecondBlockToken: `s/${index}==` }),
      }));
      list(url, response, 'ChangedBlocks', entries);
    } else {
      list(
        url,
        response,
        'Blocks',
        ebs.blocks.map((BlockIndex) => ({ BlockIndex, BlockToken: `t+${BlockIndex}/=` })),
      );
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://ebs');
    ebs.requests.push({
      method: request.method ?? '',
      url,
      headers: request.headers,
      body,
      port: request.socket.remotePort ?? 0,
    });
    if (!(await ebs.behave(request, response, body))) answer(request, response, url, body);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ebs: SmallEbs = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    written: new Map(),
    completed: [],
    behave: () => false,
    blocks: [],
    changed: [],
    pageEntries: 100,
    emptyPages: false,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return ebs;
};
