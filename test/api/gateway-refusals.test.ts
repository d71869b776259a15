import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { failure } from '../../cli/api-failure.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { Problem } from '../../core/contracts/api.ts';
import { gatewayResponsesOf } from '../../dev/deployment/gateway-responses.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import type { Physical, Stack } from '../../dev/deployment/stack.ts';
import { gatewayAnswer } from '../../local/apigateway/gateway-responses.ts';
import { PROVIDER } from './world-records.ts';

const place = { accountId: PROVIDER, region: 'eu-central-1', stage: 'dev' };
const deployment = readServerless(fileURLToPath(new URL('../../serverless.yml', import.meta.url)), place);
const physical = { get: (): Physical => ({ ref: 'api123', attributes: {} }) };
const responses = gatewayResponsesOf({ place, physical } as unknown as Stack, deployment);

const TYPES = [
  'MISSING_AUTHENTICATION_TOKEN',
  'ACCESS_DENIED',
  'INVALID_SIGNATURE',
  'EXPIRED_TOKEN',
  'REQUEST_TOO_LARGE',
  'THROTTLED',
  'API_CONFIGURATION_ERROR',
  'DEFAULT_5XX',
  'INTEGRATION_TIMEOUT',
] as const;

const url = new URL('https://api123.execute-api.eu-central-1.amazonaws.com/dev');
/** As IAM writes it: with the names of the caller, of the API and of the account that it is in. */
const text = `User: "arn" is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:${PROVIDER}:api123`;

test('what the gateway refuses is a problem like the API’s own, and names nothing of the service account', () => {
  for (const type of TYPES) {
    const answer = gatewayAnswer(responses, type, { requestId: 'r-1', text });
    assert.equal(answer.headers?.['content-type'], 'application/problem+json', type);
    const problem = Problem.parse(JSON.parse(String(answer.body)));
    assert.equal(problem.status, answer.status, type);
    assert.equal(problem.type, `urn:holdfast:error:${problem.code}`);
    assert.doesNotMatch(String(answer.body), new RegExp(`${PROVIDER}|api123`), type);
  }
});

test('the defaults of both hundreds are ours, and what they quote is quoted', () => {
  assert.ok(responses.DEFAULT_4XX && responses.DEFAULT_5XX);
  const { EXPIRED_TOKEN: _, ...others } = responses;
  const answer = gatewayAnswer(others, 'EXPIRED_TOKEN', { requestId: 'r-1', text: 'it said "no" \\ twice' });
  assert.equal(Problem.parse(JSON.parse(String(answer.body))).detail, 'it said "no" \\ twice');
});

test('the command tells a refusal from a gateway that has no answer', () => {
  for (const type of TYPES) {
    const { status, body } = gatewayAnswer(responses, type, { requestId: 'r-1' });
    const error = failure(status, String(body), url);
    assert.equal(error.exitCode, status >= 500 ? EXIT.unreachable : EXIT.refused, type);
    assert.ok(error.message && error.remedy, type);
  }
});
