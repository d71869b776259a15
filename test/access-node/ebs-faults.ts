/** What EBS direct, or the way to it, may do wrong. */
import { type Behaviour, BLOCK, blockOf, fail } from './small-ebs.ts';

/** Worth another try, by what it is. */
export const PASSING_FAULTS: Readonly<Record<string, Behaviour>> = {
  throttling: (_, response) => fail(response, 400, 'RequestThrottledException', { Reason: 'ACCOUNT_THROTTLED' }),
  'throttling without a name': (_, response) => {
    response.writeHead(429, { 'content-length': '0' }).end();
    return true;
  },
  'a full account': (_, response) => fail(response, 402, 'ServiceQuotaExceededException'),
  'an internal error': (_, response) => fail(response, 500, 'InternalServerException'),
  'a load balancer without JSON': (_, response) => {
    response.writeHead(503, { 'content-type': 'text/html' }).end('<html>busy</html>');
    return true;
  },
  'a reset connection': (request) => {
    request.socket.resetAndDestroy();
    return true;
  },
  'a connection closed without an answer': (request) => {
    request.socket.end();
    return true;
  },
  silence: () => true,
  'a body that stops in the middle': (_, response) => {
    response.writeHead(200, { 'content-length': String(BLOCK), 'x-amz-checksum': 'AA==' });
    response.write(Buffer.alloc(1_000));
    return true;
  },
  'a body that is cut': (request, response) => {
    response.writeHead(200, { 'content-length': String(BLOCK), 'x-amz-checksum': 'AA==' });
    response.write(Buffer.alloc(100_000), () => request.socket.destroy());
    return true;
  },
  'a body that is too short': (_, response) => {
    response.writeHead(200, { 'content-length': '10', 'x-amz-checksum': 'AA==' }).end(Buffer.alloc(10));
    return true;
  },
  'a body that is too long': (_, response) => {
    response.writeHead(200, { 'x-amz-checksum': 'AA==' }).end(Buffer.alloc(BLOCK + 1));
    return true;
  },
  'an answer without checksum': (_, response) => {
    response.writeHead(200, { 'content-length': String(BLOCK) }).end(blockOf(3));
    return true;
  },
  'a name that nobody knows': (_, response) => fail(response, 400, 'SomethingNewException'),
};

/** Not worth another try: what it is, and the name of the error that it ends as. */
export const LASTING_FAULTS: readonly (readonly [string, string, Behaviour])[] = [
  ['access denied', 'TenantAccessLost', (_, response) => fail(response, 403, 'AccessDeniedException')],
  [
    'unrelated snapshots',
    'UnrelatedSnapshots',
    (_, response) => fail(response, 400, 'ValidationException', { Reason: 'UNRELATED_SNAPSHOTS' }),
  ],
  [
    'a refused request',
    'SnapshotFailed',
    (_, response) => fail(response, 400, 'ValidationException', { Reason: 'INVALID_SNAPSHOT_ID' }),
  ],
  ['a signature that is refused', 'TenantAccessLost', (_, response) => fail(response, 403, 'SignatureDoesNotMatch')],
];
