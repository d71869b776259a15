import { createAuditedBroker } from '../core/steps/audit/audited-broker.ts';
import { createAnswerNode } from '../core/steps/broker/answer-node.ts';
import { wireBroker } from './wiring/broker.ts';
import { inAnswerToo, logged } from './wiring/logged.ts';

const deps = wireBroker(process.env);
const answerNode = createAuditedBroker({ ...deps, answer: createAnswerNode(deps) });

interface LambdaContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
}

export const handler = logged(
  'broker',
  (event, { invokedFunctionArn, awsRequestId }: LambdaContext) => answerNode(event, invokedFunctionArn, awsRequestId),
  inAnswerToo,
);
